"""Firmware that the rig cannot judge is refused by every command, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.board.board import Board
from rig.errors import RigError
from rig.firmware import refusal, version
from rig.results import BoardInfo
from rig.run_dir import RunDir
from rig.virtual.board import VirtualBoard
from tests.foreign import CIRCUITPYTHON, NO_ASYNCIO, OLD, SAYS, foreign
from tests.started import told

FIRMWARE = {
    "circuitpython": (CIRCUITPYTHON, "CircuitPython 9.2.1, which the rig cannot judge; put Micro"),
    "old": (OLD, "MicroPython 1.19.1, which has no asyncio by that name: the rig needs 1.21; upda"),
    "lacking": (
        NO_ASYNCIO,
        "without asyncio (ImportError: no module named 'asyncio'); take a firm",
    ),
}


@pytest.fixture(scope="module", params=list(FIRMWARE))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def bench(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("foreign")
    firmware = foreign(folder, kind, FIRMWARE[kind][0])
    path = folder / "bench.toml"
    path.write_text(f'[board.{kind}]\nkind = "virtual"\nfirmware = "{firmware}"\n', "utf-8")
    return path


@pytest.fixture(scope="module")
def port(kind: str, bench: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    board = VirtualBoard(kind, str(bench.parent / kind), tmp_path_factory.mktemp("port"))
    board.wait_ready()
    yield board.port
    board.stop()


def test_every_command_refuses_it(kind: str, bench: Path, port: Path, tmp_path: Path) -> None:
    sentence = FIRMWARE[kind][1]
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "run-tests.py").write_text("", "utf-8")
    out = tmp_path / "run"
    for words in (
        ("run", "--bench", bench, "--no-power", "--out", out),
        ("upstream", tmp_path, "--bench", bench, "--out", tmp_path / "upstream"),
        ("boards", "--bench", bench),
        ("boards", port),
        ("doctor", "--bench", bench),
        ("init", port, "--out", tmp_path / "new.toml"),
    ):
        code, said = told(*words)
        assert code == 3, words
        whole = words[0] in ("run", "upstream", "boards") and "--bench" in words
        assert (sentence if whole else sentence.partition(";")[0]) in said, (words, said)
    assert not (out / "results.jsonl").exists()


def test_an_overlay_may_bring_asyncio(tmp_path: Path) -> None:
    """It is looked for once the overlay is there: one that brings none is refused as ever."""
    firmware = foreign(tmp_path, "lacking", NO_ASYNCIO)
    bench = tmp_path / "bench.toml"
    bench.write_text(f'[board.lacking]\nkind = "virtual"\nfirmware = "{firmware}"\n', "utf-8")
    overlay = tmp_path / "overlay"
    overlay.mkdir()
    (overlay / "other.py").write_text("x = 1\n", "utf-8")
    words = (
        "run",
        "--bench",
        bench,
        "--no-power",
        "--claims",
        "run.returns*",
        "--overlay",
        overlay,
    )
    code, said = told(*words, "--out", tmp_path / "none")
    assert code == 2
    assert "it does not import on board lacking: ImportError: no module named 'asyncio'" in said
    # where asyncio is found again, as an overlay with a whole one would have it
    (overlay / "asyncio.py").write_text(
        "import sys\nsys.modules.pop('asyncio',0)\n_p=sys.path[:]\nsys.path[:]=['.frozen']\n"
        "import asyncio as _a\nsys.path[:]=_p\n"
        "for _n in ('run','sleep','create_task','get_event_loop','CancelledError'):\n"
        " globals()[_n]=getattr(_a,_n)\n",
        "utf-8",
    )
    code, said = told(*words, "--out", tmp_path / "some")
    assert code == 0, said
    assert {result.outcome for result in RunDir(tmp_path / "some").results()} == {"conforms"}


BARE = {
    "no clock": "import time\nsys.modules['time']=Sys()\n",
    "no checksum": "import binascii\nsys.modules['binascii']=Sys()\n",
    "neither": "import time\nsys.modules['time']=sys.modules['binascii']=Sys()\n",
}
"""What CircuitPython leaves out on small chips: long integers, and with them most of `time`, or a
module that the harness needs."""


@pytest.mark.parametrize("lacking", BARE)
def test_a_board_that_cannot_even_run_the_question_is_known(lacking: str, tmp_path: Path) -> None:
    boot = CIRCUITPYTHON + BARE[lacking]
    firmware = foreign(tmp_path, "firmware", boot)  # the board's port is called `bare` there
    board = VirtualBoard("bare", str(firmware), tmp_path)
    board.wait_ready()
    try:
        connected = Board("bare", str(board.port))
        connected.open()
        with pytest.raises(RigError, match=r"runs CircuitPython 9\.2\.1, which the rig cannot"):
            connected.identify()
        connected.close()
    finally:
        board.stop()


@pytest.mark.parametrize(
    ("parts", "said", "expected"),
    [
        ([1, 28, 0, ""], "3.4.0; MicroPython v1.28.0 on 2026-04-06", "1.28.0"),
        ([1, 21, 0], "3.4.0; MicroPython v1.21.0 on 2023-10-05", "1.21.0"),
        ([1, 29, 0, "preview"], "3.4.0; MicroPython v1.29.0-preview.12.gf86dc4ab5 on 2026-07-05",
         "1.29.0-preview.12.gf86dc4ab5"),
        ([1, 29, 0, "preview"], "3.4.0; MicroPython 9458e3a23f on 2026-07-05",
         "1.29.0-preview (9458e3a23f)"),
        ([3, 11, 7, "final", 0], "3.11.7 (main, Dec  4 2023)", "3.11.7"),
        ([1, 28, 0, ""], "", "1.28.0"),
    ],
)  # fmt: skip
def test_versions(parts: list[object], said: str, expected: str) -> None:
    assert version(parts, said) == expected


def test_two_nightlies_are_two_firmwares() -> None:
    said = "3.4.0; MicroPython v1.29.0-preview.{}.gabc{} on 2026-07-05"
    first, second = (version([1, 29, 0, "preview"], said.format(n, n)) for n in (1, 2))
    assert first != second


@pytest.mark.parametrize(
    ("name", "said"), [("micropython", "1.21.0"), ("micropython", "2.0.0"), ("cpython", "3.11.7")]
)
def test_what_can_be_judged_is_not_refused(name: str, said: str) -> None:
    assert refusal(BoardInfo(name="b", implementation=name, version=said)) is None


def test_the_firmware_is_kept_whole(tmp_path: Path) -> None:
    board = VirtualBoard("board", "micropython", tmp_path)
    board.wait_ready()
    try:
        connected = Board("board", str(board.port))
        connected.open()
        info = connected.identify()
        connected.close()
    finally:
        board.stop()
    assert "MicroPython" in info.sys_version
    assert info.version.startswith("1.")
    assert info.mpy > 0
    assert info.build
    assert info.thread in ("GIL", "unsafe", "")


def test_an_unknown_port_runs_and_expects_what_asyncio_is_known_for(tmp_path: Path) -> None:
    says = SAYS.format(name="micropython", version=(1, 29, 0, "preview"), sys_version="MicroPython")
    firmware = foreign(tmp_path, "novel", says + "_s.platform='novel'\n")
    bench, out = tmp_path / "bench.toml", tmp_path / "run"
    bench.write_text(f'[board.new]\nkind = "virtual"\nfirmware = "{firmware}"\n', "utf-8")
    claims = ("--claims", "lock.remains-locked", "--claims", "run.returns-value")
    code, said = told("run", "--bench", bench, "--no-power", *claims, "--out", out)
    assert code == 0, said
    assert said.count("no profile knows the port 'novel'") == 1
    outcomes = {result.claim: result for result in RunDir(out).results()}
    assert outcomes["run.returns-value"].outcome == "conforms"
    known = outcomes["lock.remains-locked"]
    assert known.outcome == "diverges"
    assert known.expectation is not None
    assert "seen on unix" in known.expectation.reason
