"""What a script can do without, whatever its parameters: passes of `rig.commands.folded`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from typing import TypeGuard

from rig.commands.decided import BLOCKS

NATIVE = {
    "asyncio": {"sleep_ms", "wait_for_ms"},
    "time": {"sleep_ms", "sleep_us", "ticks_add", "ticks_diff", "ticks_ms", "ticks_us"},
}
"""What every MicroPython has that runs a loop, and CPython has not."""
ASIDE = {"append", "add", "extend"}  # methods that change an object, and nothing else
WIDEST = 100
Function = ast.FunctionDef | ast.AsyncFunctionDef


def native(body: str) -> str:
    """The script without what stands in where an interpreter is no MicroPython."""
    tree = ast.parse(body)
    tree.body = [
        each
        for statement in tree.body
        for each in (statement.body if _stands_in(statement) else [statement])
    ]
    return ast.unparse(tree)


def _stands_in(statement: ast.stmt) -> TypeGuard[ast.Try]:
    match statement:
        case ast.Try(
            tried, [ast.ExceptHandler(ast.Name("ImportError" | "AttributeError"))], [], []
        ):
            return all(map(_is_native, tried))
    return False


def _is_native(statement: ast.stmt) -> bool:
    match statement:
        case ast.ImportFrom(str(module), names, 0):
            return {each.name for each in names} <= NATIVE.get(module, set())
        case ast.Assign([_], value):
            values = value.elts if isinstance(value, ast.Tuple) else [value]
            return all(
                isinstance(each, ast.Attribute)
                and isinstance(each.value, ast.Name)
                and each.attr in NATIVE.get(each.value.id, set())
                for each in values
            )
    return False


def blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in BLOCKS:
            if isinstance(block := getattr(node, name, None), list):
                yield block


def unroll(tree: ast.Module) -> None:
    """A loop over one constant is its body, after the name is that."""
    for block in blocks(tree):
        for number, statement in enumerate(block):
            match statement:
                case ast.For(ast.Name() as name, ast.Tuple([ast.Constant() as one]), body, []):
                    if not any(
                        isinstance(n, ast.Break | ast.Continue) for n in ast.walk(statement)
                    ):
                        block[number : number + 1] = [ast.Assign([name], one), *body]


def drop_varargs(called: tuple[Function, int, list[ast.Call]]) -> None:
    """What nobody gives more of is nothing."""
    function, own, calls = called
    more, most = function.args.vararg, len(function.args.args) - own
    if more and all(
        len(call.args) <= most and not any(isinstance(a, ast.Starred) for a in call.args)
        for call in calls
    ):
        uses = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == more.arg]
        if all(isinstance(use.ctx, ast.Load) for use in uses):
            function.args.vararg = None
            _At(more.arg, ast.Tuple([], ast.Load())).visit(function)


def drop_own(tree: ast.Module, double: ast.ClassDef, said: set[str]) -> None:
    """Attributes of a double that only their own changes ask for, and those that stay empty."""
    stored = {
        node.attr for node in ast.walk(double)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }  # fmt: skip
    for attr in sorted(stored - said):
        uses = sum(_of(node, attr) for node in ast.walk(tree))
        theirs = [*_changing(double, attr)]
        if sum(_of(n, attr) for _, each in theirs for n in ast.walk(each)) == uses:
            for block, each in theirs:
                block.remove(each)
                block[:] = block or [ast.Pass()]
        else:
            _leave_empty(tree, attr)


def _of(node: ast.AST, attr: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == attr


def _changing(node: ast.AST, attr: str) -> Iterator[tuple[list[ast.stmt], ast.stmt]]:
    """(block, statement) of what only changes it, and not of what is within such a statement."""
    for name in BLOCKS:
        for each in list(getattr(node, name, [])):
            if _changes(each, attr):
                yield getattr(node, name), each
            else:
                yield from _changing(each, attr)


def _changes(statement: ast.stmt, attr: str) -> bool:
    """Whether it does nothing but set or change this attribute of self's."""
    match statement:
        case ast.Assign([ast.Attribute(ast.Name("self"), name)], value):
            return name == attr and idle(value)
        case ast.Expr(
            ast.Call(ast.Attribute(ast.Attribute(ast.Name("self"), name), how), args, [])
        ):
            return name == attr and how in ASIDE and all(map(idle, args))
        case ast.If(test, body, []):
            return idle(test) and all(_changes(each, attr) for each in body)
    return False


def idle(value: ast.expr) -> bool:
    """Whether to work it out does nothing else."""
    return _nothing(value) or not any(
        isinstance(node, ast.Call | ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr)
        for node in ast.walk(value)
    )


def _leave_empty(tree: ast.Module, attr: str) -> None:
    """One that is empty from the beginning, and only ever asked whether it is, is no."""
    uses = [node for node in ast.walk(tree) if _of(node, attr)]
    asked = [
        node for node in ast.walk(tree)
        if isinstance(node, ast.If | ast.IfExp | ast.While) and _of(node.test, attr)
    ]  # fmt: skip
    for block in blocks(tree):
        for each in block:
            match each:
                case ast.Assign([ast.Attribute(ast.Name("self"), name)], value):
                    if name == attr and _nothing(value) and len(uses) == len(asked) + 1:
                        for node in asked:
                            node.test = ast.Constant(False)


def closes(statement: ast.stmt) -> bool:
    """Of an ioctl, what answers a close."""
    match statement:
        case ast.If(ast.Compare(ast.Name("request"), [ast.Eq()], [ast.Constant(4)]), _, []):
            return True
    return False


def _nothing(value: ast.expr) -> bool:
    return ast.unparse(value) in ("()", "[]", "list(())", "tuple(())")


def put_at_once(scope: ast.Module | Function) -> None:
    """A value that has a name for the next statement alone stands in that statement."""
    uses = [node.id for node in ast.walk(scope) if isinstance(node, ast.Name)]
    for node in ast.walk(scope):  # a name of an outer scope is read there, too
        uses += node.names if isinstance(node, ast.Global | ast.Nonlocal) else []
    for block in blocks(scope):
        for first, then in pairwise(list(block)):
            match first, then:
                case ast.Assign([ast.Name(name)], value), ast.Return(ast.expr() as told):
                    read = sum(isinstance(n, ast.Name) and n.id == name for n in ast.walk(told))
                    if (uses.count(name), read) == (2, 1) and idle(value) and idle(told):
                        block.remove(first)
                        _At(name, value).visit(then)


class _At(ast.NodeTransformer):
    def __init__(self, name: str, value: ast.expr) -> None:
        self.name, self.value = name, value

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self.value if node.id == self.name else node


def imports_first(tree: ast.Module) -> None:
    """Whole modules, those that are used, in one statement before all else."""
    plain = [each for each in tree.body if isinstance(each, ast.Import)]
    names = {alias.name: alias for each in plain for alias in each.names if not alias.asname}
    if sum(len(each.names) for each in plain) != len(names):
        return
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    kept = [alias for name, alias in names.items() if "globals" in used or name in used]
    rest = [each for each in tree.body if not isinstance(each, ast.Import)]
    tree.body = [*([ast.Import(kept)] if kept else []), *rest]


def joined(text: str) -> str:
    """A block of one plain statement on the line of what it belongs to."""
    lines = [line for line in text.splitlines() if line.strip()]
    found: list[str] = []
    for number, line in enumerate(lines):
        depth = _depth(line)
        after = _depth(lines[number + 1]) if number + 1 < len(lines) else 0
        alone = bool(found) and found[-1].endswith(":") and depth > _depth(found[-1]) >= after
        plain = not line.endswith(":") and not line.lstrip().startswith(("@", '"'))
        if alone and plain and len(found[-1]) + len(line.strip()) < WIDEST:
            found[-1] += f" {line.strip()}"
        else:
            found.append(line)
    short = "\n".join(found) + "\n"
    return short if ast.dump(ast.parse(short)) == ast.dump(ast.parse(text)) else text + "\n"


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
