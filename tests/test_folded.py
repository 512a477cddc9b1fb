"""A device test cut down to one execution does what the whole one does there."""

from __future__ import annotations

import ast
import contextlib
import io

import pytest

from rig.claims import DEVICE_TESTS
from rig.commands.folded import folded
from rig.commands.spared import native

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

COUNTED = """
import io
import sys
class Thing(io.IOBase):
    def __init__(self, *parts):
        self.parts = list(parts)
        self.seen = []
        self.heard = []
    def ioctl(self, request, argument):
        if request == 3:
            asked = argument & 5
            if self.seen[-1:] != [asked]:
                self.seen.append(asked)
            ready = (1 if self.parts else 0) | 4
            return ready & argument
        if request == 4:
            return 0
        return -1
    def hear(self, what):
        self.heard.append(what)
import math
thing = Thing()
thing.hear(5)
for by in params["by"]:
    kind = "a"
    if by == "one" and kind == "a":
        print(thing.ioctl(3, 5), thing.ioctl(3, 4), thing.heard, by)
for number in params["more"]:
    kept = number + 1
    if kept > 2:
        break
    print(kept)
"""
CHANGED = """
import io
class Thing(io.IOBase):
    def __init__(self):
        self.parts = []
        self.turn = 0
    def take(self):
        self.turn += 1
        if self.parts:
            return self.parts.pop()
        before = self.turn
        return self.step() + before
    def step(self):
        self.turn = 7
        return 1
    def close(self):
        return self.ioctl(4, 0)
    def ioctl(self, request, argument):
        if request == 4:
            return "closed"
        return -1
thing = Thing()
print(thing.take())
thing.parts.append(3)
print(thing.take(), thing.close())
for word in ("one",):
    if word:
        continue
    print("never")
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
        (COUNTED, {"by": ["one"], "more": [1, 2, 3]}, ["seen", "asked", "parts", "params", "sys"]),
        (COUNTED, {"by": ["one"], "more": [1, 2, 3]}, ["ready", "kind", "request == 4", "math"]),
        (CHANGED, {}, []),
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


def test_what_stands_in_on_another_interpreter_goes() -> None:
    body = """
try:
    from time import ticks_us
except ImportError:
    ticks_us = None
try:
    from machine import Timer
except ImportError:
    Timer = None
"""
    left = (
        "from time import ticks_us try: from machine import Timer except ImportError: Timer = None"
    )
    assert " ".join(native(body).split()) == left
