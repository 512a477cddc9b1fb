"""A device test cut down to one execution does what the whole one does there."""

from __future__ import annotations

import ast
import contextlib
import io

import pytest

from rig.claims import DEVICE_TESTS
from rig.commands.folded import folded

TABLE = """
def first(n, by=2):
    return n * by
def second(n):
    return -n
what = params["what"]
print({"a": first, "b": second}[what](params["n"]))
"""
DOUBLE = """
import io
class Thing(io.IOBase):
    def __init__(self, *parts, room=1 << 4, broken=None):
        self.parts, self.room = list(parts), room
        self.broken = broken
        self.asked = 0
    def take(self):
        if self.broken:
            raise self.broken
        self.asked += 1
        return self.parts.pop()
    def never(self):
        return self.asked
    def by_name(self):
        return self.room
thing = Thing("a", "b")
print(thing.take(), getattr(thing, "by_name")())
"""
SHADOWED = """
n = 1
m = 2
def inner(m):
    n = m
    for n in range(m):
        pass
    return n
def outer():
    global n
    n += 1
    return n + m
print(inner(5), outer(), n, m, [m for m in range(3)], (lambda n: n)(7))
"""
BRANCHES = """
def way(kind):
    if kind == "a":
        return 1
    elif kind in ("b", "c"):
        if not params["on"]:
            pass
        else:
            print("on")
        return 2
        print("never")
    return 3
print(way(params["kind"]), "x" if params["kind"] != "a" else "y", params["on"] and params["kind"])
while params["on"]:
    print("once")
    break
"""


def printed(source: str, params: dict[str, object]) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(source, "script", "exec"), {"params": params})
    return out.getvalue()


@pytest.mark.parametrize(
    ("source", "params", "gone"),
    [
        (TABLE, {"what": "a", "n": 3}, ["second", "params", "by"]),
        (TABLE, {"what": "b", "n": 3}, ["first", "params"]),
        (DOUBLE, {}, ["never", "broken", "asked"]),
        (SHADOWED, {}, []),
        (BRANCHES, {"kind": "a", "on": False}, ["never", "while", "params"]),
        (BRANCHES, {"kind": "c", "on": True}, ["never", "params"]),
        (BRANCHES, {"kind": "d", "on": 0}, ["never", "params"]),
    ],
)
def test_it_does_the_same(source: str, params: dict[str, object], gone: list[str]) -> None:
    from rig.commands.reproduce import needed

    short = needed(folded(source, params))
    assert printed(short, params) == printed(source, params)
    assert len(short.splitlines()) <= len([line for line in source.splitlines() if line.strip()])
    for name in gone:
        assert name not in short, short


def test_a_parameter_is_a_text_and_never_code() -> None:
    evil = '\'); import os; os.abort() #\n"""'
    short = folded('emit(params["what"], params["what"] == "a")\n', {"what": evil})
    (statement,) = ast.parse(short).body
    assert isinstance(statement, ast.Expr)
    assert ast.literal_eval(statement.value.args[0]) == evil  # type: ignore[attr-defined]


def test_every_device_test_can_be_cut_down() -> None:
    """Without parameters nothing is decided: what is left parses, and its own calls are whole."""
    for path in DEVICE_TESTS.rglob("*.py"):
        ast.parse(folded(path.read_text(encoding="utf-8"), {}))
