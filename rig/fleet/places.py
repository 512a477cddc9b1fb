"""Boards on other machines: labgrid reserves and acquires them, and gets them back.

All that knows labgrid is here and in `holder`, a process of its own that holds a run's
places. Its standard input is the lifeline: the kernel closes it however the run ends, and the
places go back. Where the holder itself was killed, a second one sweeps up on the way out.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rig.errors import LooprigError, RigError, UsageError

HOLDER = Path(__file__).with_name("holder.py")
SERIAL = "NetworkSerialPort"
METER = "PyVISADevice"
RELEASE_S = 20.0
"""How long giving back may take; acquisitions and releases queue up in the coordinator."""
VISA_ENDS = ("INSTR", "SOCKET", "RAW")


@dataclass(frozen=True)
class Place:
    """A place that this run holds for a board."""

    board: str
    name: str
    resources: Sequence[Mapping[str, Any]]

    def _one(self, cls: str, named: str) -> Mapping[str, Any] | None:
        found = [entry for entry in self.resources if entry["cls"] == cls]
        if named:
            found = [entry for entry in found if named in (entry["name"], entry["group"])]
        if len(found) > 1:
            names = ", ".join(f"{entry['group']}/{entry['name']}" for entry in found)
            raise UsageError(
                f"labgrid: place {self.name} has several of {cls} for board {self.board}: {names}",
                f'name one: labgrid = {{…, {"serial" if cls == SERIAL else "meter"} = "…"}}',
            )
        return found[0] if found else None

    def port(self, named: str = "") -> str:
        """The URL of its serial port.

        `ign_set_control`: a PTY or a USB CDC port behind ser2net answers no modem-line requests,
        and pyserial would wait for them.
        """
        found = self._one(SERIAL, named)
        if found is None:
            kinds = ", ".join(sorted({str(entry["cls"]) for entry in self.resources}))
            raise RigError(
                f"labgrid: place {self.name} has no serial port{f' {named!r}' if named else ''} "
                f"for board {self.board}, it holds {kinds or 'nothing'}",
                "match a RawSerialPort or USBSerialPort into it",
            )
        return f"rfc2217://{found['params']['host']}:{found['params']['port']}?ign_set_control"

    def meter(self, named: str = "") -> tuple[str, str] | None:
        """Its meter's VISA name and backend, None where it has no meter."""
        found = self._one(METER, named)
        if found is None:
            if named:
                raise RigError(
                    f"labgrid: place {self.name} has no {METER} {named!r}",
                    "match one into it, or leave meter out",
                )
            return None
        kind, url = str(found["params"]["type"]), str(found["params"]["url"])
        end = "" if url.rpartition("::")[2] in VISA_ENDS else "::INSTR"
        return f"{kind}::{url}{end}", str(found["params"].get("backend") or "@py")


@contextlib.contextmanager
def places(
    wants: Mapping[str, Mapping[str, str]], coordinator: str, wait_s: float
) -> Iterator[dict[str, Place | LooprigError]]:
    """Hold a place for each board, by the tags it must have; `name` is a place's own name.

    A board that gets none has the reason instead: a UsageError where no place has its tags, a
    RigError where none came free in `wait_s` seconds or its exporter did not start it. Raises
    RigError where the coordinator does not answer. Places are asked for in one order, so that two
    runs of one bench never wait for each other.
    """
    order = sorted(wants, key=lambda board: (sorted(wants[board].items()), board))
    asked = {
        "coordinator": coordinator or os.environ.get("LG_COORDINATOR", "127.0.0.1:20408"),
        "wants": [{"board": board, "filter": dict(wants[board])} for board in order],
        "wait_s": wait_s,
    }
    holder = _Holder(python_with_labgrid(), asked)
    try:
        yield holder.places()
    finally:
        holder.close()


def python_with_labgrid() -> str:
    """The interpreter that labgrid is installed for: ours, or that of labgrid-client."""
    if importlib.util.find_spec("labgrid"):
        return sys.executable
    client = shutil.which("labgrid-client")
    if client:
        head = Path(client).read_bytes()[:300].decode("utf-8", "replace")
        found = re.search(r"""(?:#!|exec'?\s+"?)(/[^\s"']*python[^\s"']*)""", head)
        if found:
            return found[1]
    raise UsageError(
        "the bench file names labgrid places, and labgrid is not installed",
        "pipx install labgrid, so that labgrid-client is on PATH (docs/labgrid.md)",
    )


def _error(failed: Mapping[str, str]) -> LooprigError:
    """What the holder's `Failed` is here."""
    kind = UsageError if failed["kind"] == "usage" else RigError
    return kind(failed["what"], failed["hint"])


class _Holder:
    """The holder process, from our side."""

    def __init__(self, python: str, asked: dict[str, Any]) -> None:
        self.python, self.asked = python, asked
        # Two processes of one user are one owner to labgrid, and each could release the other's.
        user = f"looprig-{os.environ.get('USER', 'user')}-{os.getpid()}-{secrets.token_hex(3)}"
        self.environment = {**os.environ, "LG_USERNAME": user}
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the process)
        self.process = self._start(asked)
        self.released = False
        self.reader: threading.Thread | None = None
        # Past pytest's capture, which would swallow what is told while tests run.
        error = sys.__stderr__
        self.terminal = os.fdopen(os.dup(error.fileno()), "w") if error else None

    def _start(self, asked: dict[str, Any]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.python, str(HOLDER), json.dumps(asked)],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            errors="replace",
            start_new_session=True,  # the terminal's Ctrl-C must not reach it
        )

    def places(self) -> dict[str, Place | LooprigError]:
        """Every place, once all that can be had are held; tells meanwhile what it waits for."""
        found: dict[str, Place | LooprigError] = {}
        for message in self._messages():
            if "waiting" in message:
                print(f"labgrid: waiting {message['waiting']}", file=sys.stderr, flush=True)
            elif "place" in message:
                came = message["place"]
                found[came["board"]] = Place(came["board"], came["place"], came["resources"])
            elif "without" in message:
                found[message["without"]["board"]] = _error(message["without"])
            elif "failed" in message:
                self.released = True  # it gave back what it had before it said so
                raise _error(message["failed"])
            elif "ready" in message:
                self.reader = threading.Thread(target=self._follow, daemon=True)
                self.reader.start()
                return found
        self.process.wait()
        self.log.seek(0)
        lines = self.log.read().decode("utf-8", "replace").strip().splitlines()
        said = lines[-1] if lines else "it said nothing"
        raise RigError(f"labgrid: the process that holds the places died: {said}")

    def _messages(self) -> Iterator[dict[str, Any]]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            message = json.loads(line)
            self.released = self.released or "released" in message
            yield message

    def _follow(self) -> None:
        """Tell of a place that goes away while the run goes on."""
        for message in self._messages():
            if "lost" in message:
                lost = message["lost"]
                line = f"labgrid: board {lost['board']}: {lost['why']}"
                print(line, file=self.terminal or sys.stderr, flush=True)

    def close(self) -> None:
        """Cut the lifeline and wait until the places are back."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(RELEASE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.reader:
            self.reader.join(timeout=RELEASE_S)
        else:
            for _ in self._messages():
                pass
        if not self.released:
            self._sweep()
        if self.process.stdout:
            self.process.stdout.close()
        if self.terminal:
            self.terminal.close()
        self.log.close()

    def _sweep(self) -> None:
        """The holder did not give back: release what its owner still has."""
        sweeper = self._start({"coordinator": self.asked["coordinator"], "sweep": True})
        try:
            said, _ = sweeper.communicate(timeout=RELEASE_S)
        except subprocess.TimeoutExpired:
            sweeper.kill()
            said, _ = sweeper.communicate()
        if '"released"' not in said:
            print(
                f"labgrid: the places of {self.environment['LG_USERNAME']} may still be held; "
                "labgrid-client who shows them, release-from gives them back",
                file=sys.stderr,
            )
