"""The ports of a played machine, in the one file that the rig asks instead of the system's list.

rig/ports.py reads LOOPRIG_PORTS anew each time, so that ports come and go, in this process and in
those that it starts.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from rig.cli import app
from rig.errors import LooprigError, UsageError
from rig.ports import PLAYED


class PlayedPorts:
    """Each port as pyserial would list it; `plug` and `pull` from any thread."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = folder / "ports.json"
        self.listed: dict[str, dict[str, Any]] = {}
        self.lock = threading.Lock()
        self._write()
        monkeypatch.setenv(PLAYED, str(self.path))

    def plug(self, device: str, **usb: Any) -> None:
        """List a port: `vid`, `pid`, `serial_number`, `description`, `location`, `product`, …"""
        with self.lock:
            self.listed[device] = {"device": device, **usb}
            self._write()

    def pull(self, device: str) -> None:
        with self.lock:
            self.listed.pop(device, None)
            self._write()

    def _write(self) -> None:
        temporary = self.path.with_suffix(".new")
        temporary.write_text(json.dumps(list(self.listed.values())), "utf-8")
        temporary.replace(self.path)


def looprig(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """Exit code and all that was said, as a user sees it; in this process, whose patience
    a test may shorten."""
    try:
        code = int(app([str(argument) for argument in arguments], standalone_mode=False))
        extra = ""
    except LooprigError as error:
        code, extra = (2 if isinstance(error, UsageError) else 3), f"looprig: {error}"
    said = capsys.readouterr()
    return code, said.out + said.err + extra
