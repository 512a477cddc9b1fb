"""A process that has imported all of looprig and forks for each command: a fresh interpreter for
each of thousands would take hours.

`python -m tests.forking` reads requests, a line of JSON each, and answers with the exit code.
"""

from __future__ import annotations

import atexit
import codecs
import contextlib
import gc
import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
import traceback
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STILL_S = 60
"""A command that has used no processor for so long hangs: one on a loaded machine uses some."""
LOOKS = 10
"""One that has not ended at so many of these looks waits for what does not come."""
BUSY_S = 120
"""Seconds of processor after which a command is in a loop."""
STRAY, UNWRITTEN = 70, 120
"""Exit codes of what the interpreter would have to end, and, as its own, for what it cannot write
at its end."""
NOBODY = 65534
STATM = Path("/proc/self/statm")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Held back until the command has settled what they come to, as its first act."""


@dataclass
class Request:
    """A command line and what it is run in. `out` and `err` say what the standard streams are:
    a file's path, `closed`, `full` (no space left) or `unread` (a pipe whose reader is gone)."""

    words: list[str]
    folder: str
    out: str
    err: str
    encoding: str = "utf-8"
    environment: dict[str, str] = field(default_factory=dict)
    file_size: int | None = None  # bytes that a file may have
    files: int | None = None  # descriptors that may be open
    memory: int | None = None  # bytes of address space beside what Python and its libraries have
    processes: int | None = None  # that may be there, which holds for `nobody` alone
    interrupt: tuple[int, float] | None = None  # a signal, and after how many seconds
    gone: bool = False  # the working directory is removed
    nobody: bool = False  # run as a user who may not write where only root may
    unset: list[str] = field(default_factory=list)  # variables that are not there
    stdin: bool = True  # open, on nothing


class Server:
    """The process; a context. It also imports `ready`, which a command would itself."""

    def __init__(self, *ready: str) -> None:
        self.ready = ready

    def __enter__(self) -> Server:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.forking", *self.ready],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()

    def code(self, request: Request) -> int:
        """The exit code; negative for a signal."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(asdict(request)) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


class Watch:
    """Kills a child that hangs."""

    def __init__(self) -> None:
        self.pid = 0
        self.used: list[str] = []  # of the processor, at each look
        signal.signal(signal.SIGALRM, self.look)

    def over(self, pid: int) -> int:
        """Its exit code, once it has ended."""
        self.pid, self.used = pid, []
        signal.setitimer(signal.ITIMER_REAL, STILL_S, STILL_S)
        _, status = os.waitpid(pid, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        return os.waitstatus_to_exitcode(status)

    def look(self, *_: object) -> None:
        stat = Path(f"/proc/{self.pid}/stat")
        used = str(stat.read_text("ascii").split()[13:15]) if stat.exists() else ""
        if used in self.used or len(self.used) == LOOKS:
            os.kill(self.pid, signal.SIGKILL)
        self.used.append(used)


def descriptor(kind: str) -> int | None:
    """An open descriptor for a stream of this kind, None for a closed one."""
    if kind == "closed":
        return None
    if kind == "full":
        return os.open("/dev/full", os.O_WRONLY)
    if kind == "unread":
        reader, writer = os.pipe()
        os.close(reader)
        return writer
    return os.open(kind, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)


def stream(number: int, encoding: str, errors: str) -> Any:
    """As the interpreter makes it at its start: None for a closed one."""
    try:
        os.fstat(number)
    except OSError:
        return None
    by_line = 1 if number == 2 else -1
    return os.fdopen(number, "w", by_line, encoding=encoding, errors=errors, closefd=False)


def child(request: Request) -> None:
    """Be the command; never returns."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, kind in ((1, request.out), (2, request.err)):
        made = descriptor(kind)
        if made is None:
            os.close(number)
        elif made != number:
            os.dup2(made, number)
            os.close(made)
    sys.stdin = os.fdopen(0, closefd=False)
    if not request.stdin:
        os.close(0)
        sys.stdin = sys.__stdin__ = None  # type: ignore[misc]
    for name, number, errors in (("stdout", 1, "strict"), ("stderr", 2, "backslashreplace")):
        made_stream = stream(number, request.encoding, errors)
        setattr(sys, name, made_stream)
        setattr(sys, f"__{name}__", made_stream)
    for name, value in request.environment.items():  # whatever this process's own locale is
        os.environb[name.encode("utf-8")] = value.encode("utf-8", "surrogateescape")
    for name in request.unset:
        os.environ.pop(name, None)
    os.chdir(request.folder)
    if request.gone:
        Path("gone").mkdir()
        os.chdir("gone")
        Path(request.folder, "gone").rmdir()
    if request.file_size is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (request.file_size, request.file_size))
    if request.files is not None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (request.files, request.files))
    if request.memory is not None and STATM.exists():
        most = int(STATM.read_text("ascii").split()[0]) * resource.getpagesize() + request.memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    if request.processes is not None:
        resource.setrlimit(resource.RLIMIT_NPROC, (request.processes, request.processes))
    if request.nobody:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    resource.setrlimit(resource.RLIMIT_CPU, (BUSY_S, BUSY_S))
    sys.argv = ["looprig", *request.words]
    from rig import start
    from rig.__main__ import main

    begin = start.begin

    def begun() -> None:
        begin()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)

    start.begin = begun
    code = 0
    try:
        try:
            main()
        finally:
            signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    except SystemExit as error:
        code = STRAY if isinstance(error.code, str) else int(error.code or 0)
    except BaseException:  # what the interpreter would do
        code = STRAY
        with contextlib.suppress(Exception):
            traceback.print_exc()
    try:  # as the interpreter does at its end
        for last in (threading._shutdown, atexit._run_exitfuncs):  # type: ignore[attr-defined]
            with contextlib.suppress(BaseException):  # of which nobody is told: rig/start.py
                last()
        for each in filter(None, (sys.stdout, sys.stderr)):
            each.flush()
    except BaseException:
        code = UNWRITTEN
    finally:
        os._exit(code)


def serve() -> None:
    """All of looprig is imported first: a user who may not read where Python is could not later."""
    import reports
    from rig.claims import catalogue

    for folder in ("rig", "rig/answers", "rig/commands", "rig/checkup", "reports"):
        for path in sorted((ROOT / folder).glob("[!_]*.py")):
            importlib.import_module(f"{folder}.{path.stem}".replace("/", "."))
    for name in sys.argv[1:]:
        importlib.import_module(name)
    catalogue()
    reports.get_ready()
    codecs.lookup("ascii")  # a module, too
    importlib.import_module("importlib.readers")  # by which a report reads what plotly ships
    gc.freeze()  # what was imported is no child's garbage
    watch = Watch()
    for each in SIGNALS:  # whatever is ignored from above: by nohup, or in the background
        usual = signal.default_int_handler if each == signal.SIGINT else signal.SIG_DFL
        signal.signal(each, usual)
    for line in sys.stdin:
        request = Request(**json.loads(line))
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        pid = os.fork()
        number, after_s = request.interrupt or (0, 0.0)
        if not pid:
            if number and not after_s:
                os.kill(os.getpid(), number)  # it waits until it is no longer held back
            child(request)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        if after_s:
            time.sleep(after_s)
            os.kill(pid, number)  # it is a zombie if it has ended, and its number nobody else's
        print(watch.over(pid), flush=True)


if __name__ == "__main__":
    serve()
