"""Fewer bytes, the same program, on the same lines."""

from __future__ import annotations

import ast
import asyncio
import inspect
import tokenize
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rig.board.program import Program, assemble
from rig.board.shrink import deflated, literal, shrink, shrunk
from rig.claims import DEVICE_TESTS

SCRIPTS = sorted(DEVICE_TESTS.rglob("*.py"))
LIBRARY = [
    Path(inspect.getsourcefile(module) or "")
    for module in (ast, asyncio.tasks, asyncio.streams, inspect, tokenize)
]


def meaning(source: str) -> str:
    """The program's syntax tree, with strings that stand as statements made zeros."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if not isinstance(body, list):
            continue
        for index, statement in enumerate(body):
            if (
                isinstance(statement, ast.Expr)
                and isinstance(statement.value, ast.Constant)
                and isinstance(statement.value.value, str)
            ):
                body[index] = ast.Expr(ast.Constant(0))
    return ast.dump(tree)


def places(source: str) -> list[tuple[str, int]]:
    return [
        (type(node).__name__, node.lineno)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.stmt, ast.Call)) and not isinstance(node, ast.Expr)
    ]


@pytest.mark.parametrize("path", SCRIPTS + LIBRARY, ids=lambda path: path.name)
def test_the_same_program_on_the_same_lines(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    small = shrunk(source)
    assert meaning(small) == meaning(source)
    assert places(small) == places(source)
    assert len(small) <= len(source)


@pytest.mark.parametrize(
    "source",
    [
        "x = 1 if 0x1f else 2\n",
        "print(f'{1 + 1 = } {\"a  b\"!r:>{10 }}')\n",
        "x = 'a' \\\n    'b'\n",
        "if 1:\n\tx = (1,\n  # why\n 2)\n\n\ty = 3\n",
        "def f():\n    '''one\n    two'''\n\n    return 1 .real\n",
        "class A:\n    'doc'\n",
        "f'{print(1)}'\nrF'{print(1)}'\n",
        "x = not'a' or b'c' in{}\n",
        "@f\nasync def g(a, *, b: int = 3) -> None: await a; return b\n",
        "lambda *a, **k: (a, k)\nx = [*a]\nx = a if b else-c\n",
        "x = 'tail # no comment'  # comment",
        "#!/usr/bin/python\n# -*- coding: utf-8 -*-\nx = 'é'\n",
        "while 1:\n  pass\nelse:\n  pass\n",
    ],
)
def test_corners(source: str) -> None:
    assert meaning(shrunk(source)) == meaning(source)
    assert places(shrunk(source)) == places(source)


@pytest.mark.parametrize("source", ["x = (\n", "x = 'a\n", "  x\n y\n", "$\n", "a = 'x\ry'\n"])
def test_what_this_python_cannot_read_stays(source: str) -> None:
    assert shrunk(source) == source


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_literals_mean_their_bytes_and_hold_nothing_a_repl_acts_on(data: bytes) -> None:
    plain = literal(data, ascii_only=True)
    assert ast.literal_eval(plain.decode("ascii")) == data
    for text in (plain, literal(data)):
        assert not set(text) & {0, 1, 2, 3, 4, 5, 10, 13}


def test_half_the_bytes() -> None:
    for path in SCRIPTS:
        source = path.read_text(encoding="utf-8")
        if len(source) < 1000:
            continue
        program = assemble([(path.name, shrink(source))], {})
        assert len(program.packed("00000000", "deflate")) < 0.7 * len(source) + 600


def test_deflated_data_unpack_in_the_window_they_name() -> None:
    import zlib

    for size in (0, 1, 100, 5000, 50_000):
        data = bytes(index * index % 251 for index in range(size))
        packed, bits = deflated(data)
        assert zlib.decompress(packed, -bits) == data
        assert bits <= 12


def test_tracebacks_name_the_scripts_own_lines() -> None:
    program = Program("a\nb\nc\nd\n", ((1, "looprig"), (2, "one.py"), (4, "two.py")))
    trace = (
        'Traceback (most recent call last):\n  File "<stdin>", line 6, in <module>\n'
        '  File "<string>", line 4, in <module>\n  File "<string>", line 3, in f\n'
        '  File "asyncio/core.py", line 9, in run\nValueError\n'
    )
    assert program.map_traceback(trace) == (
        'Traceback (most recent call last):\n  File "two.py", line 1, in <module>\n'
        '  File "one.py", line 2, in f\n  File "asyncio/core.py", line 9, in run\nValueError\n'
    )


def test_what_was_shrunk_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rig.board.shrink.folder", lambda: tmp_path / "looprig" / "scripts")
    source = "x = 1  # not seen by any other test\n"
    assert shrink(source) == "x=1\n"
    (kept,) = (tmp_path / "looprig" / "scripts").iterdir()
    kept.write_text("x=2\n", "utf-8")
    shrink.cache_clear()
    assert shrink(source) == "x=2\n"


def test_a_cache_that_cannot_be_written_is_no_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "looprig").write_text("a file where the directory should be", "utf-8")
    monkeypatch.setattr("rig.board.shrink.folder", lambda: tmp_path / "looprig" / "scripts")
    assert shrink("x = 3  # nor this\n") == "x=3\n"
