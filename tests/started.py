"""`looprig` as a process of its own that has not to import everything anew.

One that has is forked for each command (tests/forking.py): the command has its own streams, folder,
environment, signals and exit code, and starts its boards, workers and reports as ever. That each
command starts from nothing too is held by tests/test_answers.py and tests/test_wheel.py.
"""

from __future__ import annotations

import atexit
import functools
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rig.claims import ROOT
from tests.forking import Request, Server

PATIENCE_S = 300  # where nothing forks: else tests/forking.py sees what hangs


@functools.cache
def server() -> Server:
    """This process's, as long as it lives."""
    started = Server("pytest", "rig.power.verdict").__enter__()
    atexit.register(started.__exit__)
    return started


def looprig(
    *words: object,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
) -> subprocess.CompletedProcess[str]:
    """The command carried out; `env` is added to this process's environment."""
    texts = [str(word) for word in words]
    if os.name != "posix":  # nothing forks there
        return subprocess.run(
            [sys.executable, "-m", "rig", *texts], cwd=cwd, env={**os.environ, **(env or {})},
            capture_output=True, text=True, encoding=encoding, timeout=PATIENCE_S,
        )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder, name) for name in ("out", "err")]
        request = Request(
            texts, str(cwd), str(said[0]), str(said[1]), encoding=encoding,
            environment={**os.environ, **(env or {})},
        )  # fmt: skip
        code = server().code(request)
        out, err = (path.read_text(encoding, "replace") for path in said)
    return subprocess.CompletedProcess(texts, code, out, err)


def told(*words: object) -> tuple[int, str]:
    """The exit code of a command, and all that it said on one line."""
    done = looprig(*words)
    return done.returncode, " ".join((done.stdout + done.stderr).split())
