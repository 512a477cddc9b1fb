"""A virtual board as the rest of the rig sees it: a port to open, and a power switch."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from rig.errors import RigError
from rig.networks import NetworkStation
from rig.virtual.fence import Network
from rig.virtual.files import FileSystem
from rig.wires import BoardWires, UartLoop

WIRES = BoardWires(pins=(2, 3), uart=UartLoop(id=1))
"""What unix_lib/machine.py plays, always."""
ROOT = Path(__file__).resolve().parent.parent.parent


class VirtualBoard:
    """A holder process (rig/virtual/holder.py) with its interpreter; POSIX only.

    `root` is the folder that is the board's `/`: what the host puts there, the board has. One that
    is `fed` has no power until an instrument gives it some, through `supply`.
    """

    def __init__(
        self,
        name: str,
        interpreter: str,
        folder: Path,
        heap: str = "",
        file_system: FileSystem = "own",
        network: Network = "own",
        fed: bool = False,
    ) -> None:
        if os.name != "posix":
            raise RigError(
                "the virtual bench needs PTYs, which this system does not have",
                "name a real board with --port, or use Linux, macOS or WSL",
            )
        self.name = name
        self.activity, self.emulator = "", 0  # it lives in the host's time, and is itself
        self.port = folder / name
        self.pid_file = folder / f"{name}.pid"
        self.root = folder / f"{name}.root"
        self.root.mkdir(parents=True, exist_ok=True)
        self.wires = None if interpreter == "cpython" else WIRES
        self.supply = folder / f"{name}.supply" if fed else None
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the holder)
        command = [
            sys.executable, "-m", "rig.virtual.holder", "--link", str(self.port),
            "--root", str(self.root), "--pid-file", str(self.pid_file),
            "--interpreter", interpreter, "--heap", heap,
            "--file-system", file_system, "--network", network,
        ]  # fmt: skip
        self.cable = folder / f"{name}.cable" if network == "own" else None
        if self.cable:
            command += ["--cable", str(self.cable)]
        if self.supply:
            command += ["--supply", str(self.supply)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log
        )

    def wait_ready(self) -> None:
        """Until a client can connect. Raises RigError with what the holder said instead."""
        assert self.process.stdout is not None
        said = self.process.stdout.readline().decode("utf-8", "replace").strip()
        ready, *self.fenced = said.split("\t")  # what it cannot reach, in words
        if ready != "ready":
            self.process.wait(timeout=10)
            self.log.seek(0)
            trouble = self.log.read().decode("utf-8", "replace").strip().splitlines()
            reason = said or (trouble[-1] if trouble else "it said nothing")
            raise RigError(f"virtual board {self.name} did not start: {reason}")

    @property
    def network(self) -> NetworkStation:
        """Where the host is, for the board: at another address of the loopback that they share,
        the board's own where it has one."""
        host = "127.0.0.2" if sys.platform == "linux" else "127.0.0.1"  # others have only one
        cable = str(self.cable) if self.cable and self.cable.exists() else ""
        return NetworkStation(host=host, cable=cable)

    @property
    def power_cycle(self) -> str:
        """A command that switches the board off and on."""
        return f"kill -USR1 {self.process.pid}"

    def interpreter_pid(self) -> int:
        """The process that runs the board's MicroPython just now."""
        return int.from_bytes(self.pid_file.read_bytes()[:8], sys.byteorder)

    def power_losses(self) -> int:
        """How often it lost its power while it ran."""
        return int.from_bytes(self.pid_file.read_bytes()[8:], sys.byteorder)

    def stop(self) -> None:
        """End the holder and the interpreter with it."""
        if self.process.stdin:
            self.process.stdin.close()  # its lifeline
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self.log.close()
