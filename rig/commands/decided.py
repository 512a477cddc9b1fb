"""What a device test's parameters decide, decided: a pass of `rig.commands.folded`."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
}  # fmt: skip
BLOCKS = ("body", "orelse", "finalbody")


class Decided(ast.NodeTransformer):
    """What is known by now: parameters, comparisons of constants, branches that they choose."""

    def __init__(self, params: Mapping[str, object]) -> None:
        self.params = params

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        key = node.slice
        if not isinstance(key, ast.Constant) or not isinstance(node.ctx, ast.Load):
            return node
        if isinstance(node.value, ast.Name) and node.value.id == "params":
            value = self.params.get(str(key.value), ...)
            if value is None or isinstance(value, (bool, int, float, str, bytes)):
                return ast.Constant(value)
        match node.value:
            case ast.Call(ast.Name("globals"), []) if str(key.value).isidentifier():
                return ast.Name(str(key.value), ast.Load())
        return self._chosen(node.value, key, None) or node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            match node.args:
                case [ast.Constant() as key, other]:
                    return self._chosen(node.func.value, key, other) or node
        return node

    @staticmethod
    def _chosen(table: ast.AST, key: ast.Constant, other: ast.expr | None) -> ast.expr | None:
        """Of a table that is written out there, what stands at the key."""
        if not isinstance(table, ast.Dict) or not all(
            isinstance(each, ast.Constant) for each in table.keys
        ):
            return None
        for each, value in zip(table.keys, table.values, strict=True):
            if isinstance(each, ast.Constant) and each.value == key.value:
                return value
        return other

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        match node.left, node.ops, node.comparators:
            case ast.Constant(left), [by], [ast.Constant(right)] if type(by) in COMPARED:
                try:
                    return ast.Constant(COMPARED[type(by)](left, right))
                except TypeError:
                    return node
            case ast.Constant(left), [ast.In() | ast.NotIn() as by], [ast.Tuple() as many]:
                if all(isinstance(each, ast.Constant) for each in many.elts):
                    there = any(each.value == left for each in many.elts)  # type: ignore[attr-defined]
                    return ast.Constant(there == isinstance(by, ast.In))
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not) and isinstance(node.operand, ast.Constant):
            return ast.Constant(not node.operand.value)
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        ends = isinstance(node.op, ast.Or)
        while len(node.values) > 1 and isinstance(first := node.values[0], ast.Constant):
            if bool(first.value) == ends:
                return first
            node.values = node.values[1:]
        return node if len(node.values) > 1 else node.values[0]

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.BinOp(ast.Constant(int() as one), ast.LShift(), ast.Constant(int() as by)):
                return ast.Constant(one << by) if 0 <= by < 64 else node
            case ast.BinOp(ast.Constant(int(0)), ast.BitOr(), ast.IfExp(_, one, other) as chosen):
                if all(isinstance(each, ast.Constant) for each in (one, other)):
                    return chosen
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.test, ast.Constant):
            return node.body if node.test.value else node.orelse
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        match node.iter:
            case ast.Subscript(ast.Name("params"), ast.Constant(key)):
                many = self.params.get(str(key))
                if isinstance(many, (list, tuple)) and all(
                    isinstance(each, (bool, int, float, str, bytes)) for each in many
                ):
                    node.iter = ast.Tuple([ast.Constant(each) for each in many], ast.Load())
        return node

    def visit_If(self, node: ast.If) -> Any:
        self.generic_visit(node)
        if isinstance(node.test, ast.Constant):
            return node.body if node.test.value else node.orelse
        if all(isinstance(each, ast.Pass) for each in node.body):
            if not node.orelse:
                return ast.Expr(node.test)
            node.test, node.body, node.orelse = negated(node.test), node.orelse, []
        return node

    def visit_While(self, node: ast.While) -> Any:
        self.generic_visit(node)
        never = isinstance(node.test, ast.Constant) and not node.test.value
        return node.orelse if never else node

    def visit_Assign(self, node: ast.Assign) -> Any:
        self.generic_visit(node)
        match node:
            case ast.Assign([ast.Tuple(names)], ast.Tuple(values)) if len(names) == len(values):
                if all(isinstance(value, ast.Constant) for value in values):
                    pairs = zip(names, values, strict=True)
                    return [ast.Assign([name], value) for name, value in pairs]
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in BLOCKS:
            block = getattr(node, name, None)
            if isinstance(block, list):
                setattr(node, name, live(block) or ([ast.Pass()] if name == "body" else []))
        return node


def negated(test: ast.expr) -> ast.expr:
    match test:
        case ast.Compare(left, [ast.Eq()], right):
            return ast.Compare(left, [ast.NotEq()], right)
        case ast.UnaryOp(ast.Not(), inner):
            return inner
    return ast.UnaryOp(ast.Not(), test)


def live(block: list[ast.stmt]) -> list[ast.stmt]:
    """Without what comes after the end, and what does nothing."""
    for number, statement in enumerate(block):
        if isinstance(statement, (ast.Return, ast.Raise, ast.Break, ast.Continue)):
            block = block[: number + 1]
            break
    return [
        each for each in block
        if not isinstance(each, ast.Pass)
        and not (isinstance(each, ast.Expr) and isinstance(each.value, (ast.Constant, ast.Name)))
    ]  # fmt: skip
