"""Starts and stops a virtual meter's process for a virtual board."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from rig.errors import RigError


class VirtualMeter:
    """The process of one virtual meter. It ends with this one, however this one ends."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.resource = ""

    def start(self, pid_file: Path | None, *, dialect: str = "", **options: object) -> str:
        """Start it; returns its VISA resource string.

        `options` are those of `python -m rig.power.virtual_meter`: `noise=1e-4`, …
        """
        command = [sys.executable, "-m", "rig.power.virtual_meter"]
        if pid_file is not None:
            command += ["--pid-file", str(pid_file)]
        if dialect:
            command += ["--dialect", dialect]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode(errors="replace").strip()
        if not line.startswith("ready "):
            self.stop()
            raise RigError("the virtual meter did not start", f"try: {' '.join(command)}")
        self.resource = line.removeprefix("ready ")
        return self.resource

    def stop(self) -> None:
        """Close its lifeline and wait for it to end."""
        if self.process is None:
            return
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
