"""Every manner of a first board against `boards`, `init`, `doctor` and `run`.

What must hold is the outcome and the sentence. docs/first-board.md has the same table in words, and
what is not handled.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rig.board import arriving, connection
from rig.board.arriving import Patience
from rig.claims import ROOT
from tests import started
from tests.first_board import (
    BURST,
    DOWNLOAD,
    ESP32,
    NATIVE,
    NO_FIRMWARE,
    PSRAM,
    FirstBoard,
)  # fmt: skip
from tests.played_ports import PlayedPorts, looprig

pytestmark = pytest.mark.skipif(os.name != "posix", reason="it needs PTYs")

BRIDGE = {"vid": 0x10C4, "pid": 0xEA60, "serial_number": "0001", "description": "CP2102"}
PICO = {"vid": 0x2E8A, "pid": 0x0005, "serial_number": "E6614103E7738B27"}
JTAG = {"vid": 0x303A, "pid": 0x1001, "serial_number": "34:85:18:AC:00:11"}
SWALLOWS = "import time\nwhile True:\n  try:\n    while True: time.sleep(0.1)\n  except: pass"
RESTARTS = "import machine\ntry:\n  while True: pass\nfinally:\n  machine.reset()"
WINDOW = "import time; time.sleep(0.4)"


@dataclass(frozen=True)
class Manner:
    """A board, and what must be said of it: patterns that each command's words must hold."""

    name: str
    manners: dict[str, Any]
    usb: dict[str, Any] = field(default_factory=lambda: BRIDGE)
    works: bool = True  # boards, init, doctor and run all come to their end, without a ladder
    doctor: str = ""  # a sentence of doctor's
    why: str = ""  # of a board that does not work: what every command says
    mend: str = ""  # and what they advise
    finding: bool = False  # a board that works, of which doctor has a finding


TABLE = [
    Manner("esp32", {**ESP32}),
    Manner(
        "esp32 with PSRAM and a network in boot.py",
        {**PSRAM, "boot": "import time; print('wifi'); time.sleep(3)"},
        doctor=r"comes back after 3(\.\d)? s, which every device test waits for: boot.py",
    ),
    Manner("resets on close too", {**ESP32, "deaf_s": 0.3, "resets_on_close": True}),
    Manner("main.py prints", {"main": "while True: print(1)"}),
    Manner("main.py prints, and it resets on open", {**ESP32, "main": "while True: print(1)"}),
    Manner(
        "boot.py catches Ctrl-C for a while",
        {
            **ESP32,
            "boot": "import time\nfor i in range(15):\n  try:\n    print('net', i)\n"
            "    time.sleep(.1)\n  except: pass",
        },
    ),
    Manner(
        "main.py restarts the board", {**ESP32, "deaf_s": 0.3, "boot": WINDOW, "main": RESTARTS}
    ),
    Manner("a multiple of 64 waits", {"hold64": True}),
    Manner("own USB that goes with a reset", {**NATIVE, "renames": True}, PICO),
    Manner(
        "a link that keeps 64 bytes",
        {**BURST},
        JTAG,
        doctor=r"loses bytes on the way to the board; in pieces of 48",
        finding=True,
    ),
    Manner(
        "main.py that swallows Ctrl-C",
        {"main": SWALLOWS},
        PICO,
        works=False,
        why=r"no MicroPython answers: it says nothing at all",
        mend=r"a main\.py that catches Ctrl-C \(a bare except:\).*flash_nuke\.uf2",
    ),
    Manner(
        "main.py that swallows Ctrl-C and prints",
        {"main": SWALLOWS.replace("pass", "print('KeyboardInterrupt')")},
        works=False,
        why=r"though it runs: its main\.py does not stop at Ctrl-C",
        mend=r"on an ESP, erase it with esptool",
    ),
    Manner(
        "main.py that switches Ctrl-C off",
        {**ESP32, "deaf_s": 0.2, "main": "while True: pass", "ctrl_c": False},
        works=False,
        why=r"it boots, but no MicroPython answers \(it said '.*rst:0x1",
        mend=r"main\.py that catches Ctrl-C.*or switches it off",
    ),
    Manner(
        "in its bootloader",
        {"stays_in_rom": True, "rom": DOWNLOAD},
        works=False,
        why=r"the board is in its bootloader.*waiting for download",
        mend=r"press reset with no other button held.*dtr = false and rts = false",
    ),
    Manner(
        "without firmware",
        {"stays_in_rom": True, "rom": NO_FIRMWARE},
        works=False,
        why=r"has no firmware that starts.*invalid header: 0xffffffff",
        mend=r"flash MicroPython for it: https://micropython.org/download",
    ),
    Manner(
        "a dead USB-JTAG",
        {"mute_after": 1},
        JTAG,
        works=False,
        why=r"no MicroPython answers: the port is there and says nothing at all",
        mend=r"press EN or unplug it.*esp-idf 18996",
    ),
]


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A board that never answers need not take as long as people's do; clocks are not at issue."""
    monkeypatch.setattr(connection, "FIRST", Patience(2.0, 2.5))
    monkeypatch.setattr(arriving, "BOOT_QUIET_S", 4.0)
    monkeypatch.setattr("rig.checkup.lines.TRY", Patience(0.3, 0.3))
    monkeypatch.setattr("rig.checkup.boards.clock_rate", lambda board, ms: 1.0)


def found(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.DOTALL) is not None


QUICK = {
    "esp32", "main.py prints", "own USB that goes with a reset", "in its bootloader",
    "without firmware",
}  # fmt: skip
"""The others boot slowly, or say nothing for long."""
ROWS = [
    pytest.param(row, id=row.name, marks=[] if row.name in QUICK else [pytest.mark.slow])
    for row in TABLE
]


@pytest.mark.parametrize("row", ROWS)
def test_a_manner(
    row: Manner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    ports = PlayedPorts(tmp_path, monkeypatch)
    with FirstBoard(tmp_path, **row.manners, ports=ports, usb=row.usb) as board:
        code, said = looprig(capsys, "boards")
        assert code == 0, said
        assert ("micropython 1." in said) == row.works, said
        assert found(row.why, said), said
        assert found(row.mend, said), said
        code, said = looprig(capsys, "init", "--out", tmp_path / "bench.toml")
        assert code == (0 if row.works else 3), said
        if row.works:
            assert "Traceback" not in said
        else:
            assert found(row.why, said), said
            assert found(row.mend, said), said
        code, said = looprig(capsys, "doctor", "--port", board.port)
        assert code == (0 if row.works and not row.finding else 3), said
        for pattern in (row.doctor, row.why, row.mend):
            assert found(pattern, said), said
        out = tmp_path / "run"
        command = ["run", "--port", board.port, "--no-power", "--out", str(out)]
        command += ["--claims", "run.until-main-*"]
        if not row.works:  # it ends before there is anything to run
            code, said = looprig(capsys, *command)
            assert code == 3, said
            assert found(row.why, said), said
            assert found(row.mend, said), said
            return
        done = started.looprig(*command)
        assert done.returncode == 0, done.stdout + done.stderr
        results = [
            json.loads(line) for line in (out / "results.jsonl").read_text("utf-8").splitlines()
        ]
        assert [result["outcome"] for result in results] == ["conforms", "conforms"], results
        for result in results:
            for execution in result["executions"]:
                told = "".join(execution.get("recovery") or [])
                assert not told or (row.finding and "again, in pieces" in told), told


def test_the_page_has_every_manner() -> None:
    page = (ROOT / "docs" / "first-board.md").read_text(encoding="utf-8")
    for row in TABLE:
        assert f"| {row.name} |" in page, row.name
