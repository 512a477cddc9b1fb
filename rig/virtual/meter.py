"""The process of a virtual meter, as the bench starts it beside a virtual board."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rig.errors import RigError, UsageError

ROOT = Path(__file__).resolve().parent.parent.parent
BAD_OPTION = 2  # what argparse exits with


def available() -> bool:
    """Whether this kernel says what a virtual meter measures: Linux with scheduler statistics."""
    try:
        return Path("/proc/self/schedstat").read_text("utf-8").split()[0] != "0"
    except (OSError, IndexError):
        return False


class VirtualMeter:
    """One virtual meter. It ends with the process that started it, however that one ends.

    `feeds` is the `supply` of the virtual board whose power runs through it. `options` are those
    of `python -m rig.virtual.meter_server`: `{"noise": 1e-4}`, …
    """

    def __init__(
        self,
        pid_file: Path | None,
        options: Mapping[str, Any] | None = None,
        activity: str = "",
        feeds: Path | None = None,
    ) -> None:
        command = [sys.executable, "-m", "rig.virtual.meter_server"]
        if activity:
            command += ["--activity-port", activity]
        elif pid_file is not None:
            command += ["--pid-file", str(pid_file)]
        if feeds is not None:
            command += ["--feeds", str(feeds)]
        for name, value in (options or {}).items():
            command += [f"--{name}", str(value)]
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the process)
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log
        )
        self.resource = ""

    def wait_ready(self) -> str:
        """Its VISA resource string, once a client can connect.

        Raises UsageError for options that it does not take, else RigError with what it said.
        """
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode("utf-8", "replace").strip()
        if not line.startswith("ready "):
            code = self.process.wait(timeout=10)
            self.log.seek(0)
            said = self.log.read().decode("utf-8", "replace").strip().splitlines()
            last = said[-1].partition("error: ")[2] or said[-1] if said else "it said nothing"
            hint = "its options are those of python -m rig.virtual.meter_server --help"
            kind = UsageError if code == BAD_OPTION else RigError
            raise kind(f"the virtual meter did not start: {last}", hint)
        self.resource = line.removeprefix("ready ")
        return self.resource

    def press(self, key: str) -> None:
        """Press `on` or `off` at its front panel, as anybody may."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{key}\n".encode())
        self.process.stdin.flush()

    def stop(self) -> None:
        """Close its lifeline and wait for its end."""
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
