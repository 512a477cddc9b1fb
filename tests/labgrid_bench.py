"""A labgrid of our own on loopback: the real coordinator, exporter and ser2net, for virtual boards.

labgrid binds ser2net to every interface and has no option for loopback; the wrapper that stands
before it on the exporter's PATH does what a lab's firewall would.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from rig.errors import UsageError
from rig.fleet.places import python_with_labgrid
from rig.virtual.board import VirtualBoard
from rig.virtual.meter import VirtualMeter

ENVIRONMENT = Path(__file__).resolve().parent.parent / ".venv" / "labgrid" / "bin"
os.environ["PATH"] += os.pathsep + str(ENVIRONMENT)  # where `make labgrid` puts it
READY_S = 60.0
WRAPPER = """#!/bin/sh
# In a connection's address, "tcp,PORT" listens everywhere; "tcp,localhost,PORT" does not.
for argument do
  shift
  set -- "$@" "$(printf '%s' "$argument" | sed -E 's/tcp,([0-9]+)$/tcp,127.0.0.1,\\1/')"
done
exec {ser2net} "$@"
"""


def missing() -> str:
    """What is not installed, for a test's skip; empty where all is there."""
    if not find_ser2net():
        return "no ser2net (Debian: apt-get install ser2net)"
    try:
        if not (Path(python_with_labgrid()).parent / "labgrid-exporter").exists():
            return "no labgrid-exporter beside labgrid's python"
    except UsageError:
        return "no labgrid-client on PATH (make labgrid)"
    return ""


def find_ser2net() -> str | None:
    return shutil.which("ser2net", path=f"{os.environ['PATH']}:/usr/sbin")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class LabgridBench:
    """A coordinator and an exporter with virtual boards, each in a place of its own."""

    def __init__(self, folder: Path, boards: int = 1) -> None:
        self.folder = folder
        self.bin = Path(python_with_labgrid()).parent
        self.address = f"127.0.0.1:{free_port()}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        wrapper = folder / "bin" / "ser2net"
        wrapper.parent.mkdir()
        wrapper.write_text(WRAPPER.replace("{ser2net}", str(find_ser2net())), "utf-8")
        wrapper.chmod(0o755)
        self.boards = [VirtualBoard(f"rp2-{n}", "micropython", folder) for n in range(boards)]
        for board in self.boards:
            board.wait_ready()
        self.meter = VirtualMeter(self.boards[0].pid_file)
        self.meter.wait_ready()
        self.start_coordinator()
        self.start_exporter()
        for board in self.boards:
            self.add_place(board.name, f"hostA/{board.name}/*", port="rp2", number=board.name)

    def __enter__(self) -> LabgridBench:
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self.processes):
            self.stop(name)
        self.meter.stop()
        for board in self.boards:
            board.stop()

    def start_coordinator(self) -> None:
        self._start("coordinator", ["labgrid-coordinator", "-l", self.address])
        self.until(lambda: self.client("places", check=False).returncode == 0, "the coordinator")

    def start_exporter(self) -> None:
        kind, _, url = self.meter.resource.partition("::")
        resources: dict[str, Any] = {
            board.name: {"RawSerialPort": {"port": os.path.realpath(board.port), "speed": 115200}}
            for board in self.boards
        }
        resources[self.boards[0].name]["PyVISADevice"] = {
            "type": kind,
            "url": url,
            "backend": "@py",
        }
        resources["odd"] = {"NetworkService": {"address": "127.0.0.1", "username": "nobody"}}
        file = self.folder / "exporter.yaml"
        file.write_text(json.dumps(resources), "utf-8")  # JSON is YAML
        command = ["labgrid-exporter", "-c", self.address, "-n", "hostA"]
        self._start("exporter", [*command, "--hostname", "127.0.0.1", str(file)])
        self.until(lambda: "hostA/odd" in self.client("resources").stdout, "the exporter")

    def add_place(self, name: str, match: str, **tags: str) -> None:
        self.client("-p", name, "create")
        self.client("-p", name, "add-match", match)
        self.client("-p", name, "set-tags", *(f"{key}={value}" for key, value in tags.items()))

    def holder_of(self, name: str) -> str:
        """Who has the place; empty where it is free."""
        shown = self.client("-p", name, "show").stdout
        found = re.search(r"acquired: (\S+)", shown)
        return "" if found is None or found[1] == "None" else found[1]

    def until_free(self, name: str) -> None:
        self.until(lambda: not self.holder_of(name), f"place {name} to come free")

    def until_held(self, name: str) -> None:
        self.until(lambda: bool(self.holder_of(name)), f"place {name} to be held")

    def client(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """labgrid's own client, as a colleague of ours would use it."""
        return subprocess.run(
            [str(self.bin / "labgrid-client"), "-x", self.address, *arguments],
            env={**os.environ, "LG_USERNAME": "colleague"},
            capture_output=True,
            text=True,
            check=check,
            timeout=60,
        )

    @staticmethod
    def until(true: Any, what: str) -> None:
        deadline = time.monotonic() + READY_S
        while not true():
            assert time.monotonic() < deadline, f"waited {READY_S:g} s for {what}"
            time.sleep(0.05)  # a poll: labgrid's client has no wait for this

    def _start(self, name: str, command: list[str]) -> None:
        path = f"{self.folder / 'bin'}:{self.bin}:{os.environ['PATH']}"
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [str(self.bin / command[0]), *command[1:]],
                cwd=self.folder,
                env={**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self, name: str, number: int = signal.SIGTERM) -> None:
        """End the coordinator or the exporter, with its ser2net."""
        process = self.processes.pop(name)
        process.send_signal(number)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        try:
            os.killpg(process.pid, signal.SIGKILL)  # a ser2net that outlived its exporter
        except ProcessLookupError:
            return
