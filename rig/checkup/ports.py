"""The port of a board: is it there, may we open it, does something else hold it?"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rig.board import suspects
from rig.checkup.finding import Finding

PROC = Path("/proc")


@dataclass(frozen=True)
class Holder:
    """A process that has the port open."""

    pid: int
    command: str


def holders(port: str, proc: Path = PROC) -> list[Holder]:
    """The other processes that have a port open, as far as /proc tells: those of this user, or
    all of them for root. Empty where the system has no /proc.
    """
    target = os.path.realpath(port)
    return [
        Holder(pid, command(pid, proc))
        for pid, names in open_files(proc)
        if target in names.values() and pid != os.getpid() and not keeps(pid, target, names, proc)
    ]


def open_files(proc: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Each process whose files may be seen, with the path behind each descriptor."""
    for folder in proc.glob("[0-9]*/fd"):
        names = {}
        with contextlib.suppress(OSError):
            for entry in os.scandir(folder):
                with contextlib.suppress(OSError):
                    names[entry.name] = str(Path(entry.path).readlink())
        if names:
            yield int(folder.parent.name), names


def keeps(pid: int, target: str, names: dict[str, str], proc: Path) -> bool:
    """Whether the process is the far end of a PTY: it is the board, not another user of it."""
    number = re.fullmatch(r"/dev/pts/(\d+)", target)
    if not number:
        return False
    for descriptor, name in names.items():
        if name in ("/dev/ptmx", "/dev/pts/ptmx"):
            with contextlib.suppress(OSError):
                info = (proc / str(pid) / "fdinfo" / descriptor).read_text("utf-8")
                if re.search(rf"^tty-index:\s*{number[1]}$", info, re.MULTILINE):
                    return True
    return False


def command(pid: int, proc: Path) -> str:
    """A process's command line, short enough for a sentence."""
    with contextlib.suppress(OSError):
        words = (proc / str(pid) / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        text = " ".join(words).strip()
        return "".join(c if c.isprintable() else "?" for c in text)[:80]
    return "?"


def check_port(about: str, port: str) -> Iterator[Finding]:
    """Findings on the port itself, before it is opened; nothing for a URL or a COM port."""
    if "://" in port or not port.startswith("/"):
        return
    if not Path(port).exists():
        hint = "plug it in, or see looprig boards; serial_number = … finds a board on any port"
        hint = suspects.of_absence() or hint
        yield Finding(about, "port", False, f"{port}: there is no such port", hint)
        return
    if not os.access(port, os.R_OK | os.W_OK):
        yield Finding(about, "permission", False, f"{port}: permission denied", suspects.dialout())
    else:
        yield Finding(about, "permission", True, f"{port} may be read and written")
    for holder in holders(port):
        what = f"{port} is busy: process {holder.pid} ({holder.command}) has it open"
        modem = "ModemManager" in holder.command
        mend = suspects.MODEM_MANAGER if modem else "end that program, or leave the board to it"
        yield Finding(about, "port free", False, what, mend)
