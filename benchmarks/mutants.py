"""Single-point faults of Python source: each mutant differs in one place only."""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], list[type[ast.cmpop]]] = {
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
NAMES = {
    "max": "min",
    "min": "max",
    "POLLIN": "POLLOUT",
    "POLLOUT": "POLLIN",
    "queue_read": "queue_write",
    "queue_write": "queue_read",
    "isinstance": "issubclass",
    "ph_child": "ph_next",
    "ph_next": "ph_child",
    "ph_child_last": "ph_child",
    "h1": "h2",
    "h2": "h1",
    "unregister": "register",
    "peek": "pop",
}
"""Names that are easily taken for one another."""
EXCEPTIONS = {
    "CancelledError": "TimeoutError",
    "TimeoutError": "CancelledError",
    "BaseException": "Exception",
    "Exception": "BaseException",
    "StopIteration": "Exception",
    "EOFError": "OSError",
    "OSError": "ValueError",
    "RuntimeError": "ValueError",
    "TypeError": "ValueError",
}
SIMPLE = (ast.Expr, ast.Assign, ast.AugAssign, ast.Return, ast.Raise, ast.Delete, ast.Assert,
          ast.Break, ast.Continue)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One fault in one file."""

    file: str
    number: int
    kind: str
    where: str  # the function it is in
    line: int
    after: str  # the line before the first that differs, stripped
    was: str  # the first line that differs, stripped
    becomes: str
    source: str

    def diff(self, original: str) -> str:
        return "".join(
            difflib.unified_diff(
                original.splitlines(True), self.source.splitlines(True), self.file, self.kind, n=1
            )
        )


def mutants(file: str, source: str) -> list[Mutant]:
    """Every mutant of a module, each once, in the order of the source."""
    found: dict[str, Mutant] = {}
    for kind, where, start, end, text in sorted(
        _edits(ast.parse(source), source, ""), key=lambda edit: edit[2:4]
    ):
        mutated = source[:start] + text + source[end:]
        if mutated == source or mutated in found or not _compiles(mutated):
            continue
        line, after, was, becomes = _first_difference(source, mutated)
        found[mutated] = Mutant(file, len(found), kind, where, line, after, was, becomes, mutated)
    return list(found.values())


def _compiles(source: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            compile(source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _first_difference(source: str, mutated: str) -> tuple[int, str, str, str]:
    """Line number, the line before, the line as it was, the line as it becomes."""
    before, after = source.splitlines(), mutated.splitlines()
    for number, (was, becomes) in enumerate(zip(before, after, strict=False), 1):
        if was != becomes:
            previous = before[number - 2].strip() if number > 1 else ""
            return number, previous, was.strip(), becomes.strip()
    return len(before), "", "", ""


Edit = tuple[str, str, int, int, str]


def _edits(tree: ast.AST, source: str, where: str) -> Iterator[Edit]:
    """(kind, function, start, end, replacement) of every mutation below the node."""
    starts = [0]
    for line in source.splitlines(True):
        starts.append(starts[-1] + len(line.encode()))
    assert source.isascii(), "offsets below are bytes"

    def span(node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            starts[node.lineno - 1] + node.col_offset,
            starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def visit(node: ast.AST, where: str) -> Iterator[Edit]:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            where = f"{where}.{node.name}".strip(".")
        if isinstance(node, SIMPLE) and not _docstring(node):
            yield ("statement dropped", where, *span(node), "pass")
        if isinstance(node, ast.Return) and node.value and ast.unparse(node.value) != "None":
            yield ("returns None", where, *span(node), "return None")
        if isinstance(node, (ast.If, ast.While, ast.IfExp)):
            test = span(node.test)
            yield ("condition negated", where, *test, f"not ({ast.unparse(node.test)})")
            if isinstance(node, ast.If):
                yield ("condition always true", where, *test, "True")
                yield ("condition never true", where, *test, "False")
        if isinstance(node, ast.expr):
            for kind, text in _variants(node):
                yield (kind, where, *span(node), text)
        if isinstance(node, ast.AugAssign) and type(node.op) in OPERATORS:
            turned = ast.AugAssign(node.target, OPERATORS[type(node.op)](), node.value)
            yield ("operator swapped", where, *span(node), ast.unparse(turned))
            plain = f"{ast.unparse(node.target)} = {ast.unparse(node.value)}"
            yield ("assigned, not added", where, *span(node), plain)
        for child in ast.iter_child_nodes(node):
            if not (
                isinstance(child, ast.expr) and isinstance(node, ast.Expr) and _docstring(node)
            ):
                yield from visit(child, where)

    yield from visit(tree, where)


def _docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _variants(node: ast.expr) -> Iterator[tuple[str, str]]:
    """(kind, replacement) of each way to mutate one expression."""
    match node:
        case ast.Constant():
            for value in _constants(node.value):
                yield "constant changed", f"({value!r})" if isinstance(value, int) else repr(value)
        case ast.Compare(left, [operator], [right]):
            for other in COMPARISONS.get(type(operator), []):
                yield (
                    "comparison swapped",
                    f"({ast.unparse(ast.Compare(left, [other()], [right]))})",
                )
        case ast.UnaryOp(ast.Not(), operand):
            yield "not removed", f"({ast.unparse(operand)})"
        case ast.UnaryOp(ast.Invert() | ast.USub(), operand):
            yield "sign removed", f"({ast.unparse(operand)})"
        case ast.BoolOp(operator, values):
            opposite = ast.And() if isinstance(operator, ast.Or) else ast.Or()
            yield "and/or swapped", f"({ast.unparse(ast.BoolOp(opposite, values))})"
            for index in range(len(values)):
                rest = [value for i, value in enumerate(values) if i != index]
                text = ast.unparse(rest[0] if len(rest) == 1 else ast.BoolOp(operator, rest))
                yield "operand dropped", f"({text})"
        case ast.BinOp(left, operator, right) if type(operator) in OPERATORS:
            turned = ast.BinOp(left, OPERATORS[type(operator)](), right)
            yield "operator swapped", f"({ast.unparse(turned)})"
        case ast.Call(function, arguments, keywords):
            yield from _calls(function, arguments, keywords)
        case ast.Await(value):
            yield "await dropped", ast.unparse(value)
        case ast.Name(id=name) if name in EXCEPTIONS:
            yield "exception swapped", EXCEPTIONS[name]
        case ast.Attribute(value, attr) if attr in EXCEPTIONS:
            yield "exception swapped", f"{ast.unparse(value)}.{EXCEPTIONS[attr]}"
        case ast.Name(id=name) if name in NAMES:
            yield "name swapped", NAMES[name]
        case ast.Attribute(value, attr) if attr in NAMES:
            yield "name swapped", f"{ast.unparse(value)}.{NAMES[attr]}"
        case ast.Tuple(elements) if len(elements) > 1:
            for index in range(len(elements)):
                kept = [ast.unparse(e) for i, e in enumerate(elements) if i != index]
                yield "element dropped", f"({', '.join(kept)},)"


def _calls(
    function: ast.expr, arguments: list[ast.expr], keywords: list[ast.keyword]
) -> Iterator[tuple[str, str]]:
    """Mutations of a call's arguments."""
    for index, argument in enumerate(arguments):
        rest = [other for i, other in enumerate(arguments) if i != index]
        yield "argument dropped", ast.unparse(ast.Call(function, rest, keywords))
        if not isinstance(argument, ast.Starred):
            yield "call replaced by its argument", f"({ast.unparse(argument)})"
    if len(arguments) == 2:
        turned = ast.Call(function, arguments[::-1], keywords)
        yield "arguments swapped", ast.unparse(turned)


def _constants(value: object) -> list[object]:
    match value:
        case bool():
            return [not value]
        case int():
            return [value + 1, value - 1] if value else [1]
        case str():
            return [value + "X"]
        case bytes():
            return [value + b"X"]
        case None:
            return [True]
    return []
