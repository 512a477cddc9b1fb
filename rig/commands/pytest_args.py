"""pytest's own arguments, those behind `--`: read by pytest itself before a board is started.

In a process of its own, for what pytest imports on their behalf it could not import a second time
as it does the first. This module is also the plugin that stops pytest there.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

import pytest

from rig import suites
from rig.commands.asked import OF_PYTEST
from rig.errors import RigError, UsageError

READ, STUCK = 99, 98
"""Exit codes: with these arguments pytest would go on to collect tests; it came to no end."""
PATIENCE_S = 60.0
"""Of processor that the process may use, and after which it waits if it used none in it."""
LEAST_S = 0.001
"""A process that works uses more of the processor than that in PATIENCE_S, on any machine."""
AT_ALL_S = 600.0
"""For a plugin that looks again and again for what does not come."""
LOOKS = 60
NO_TEST_RUNS = (
    "help", "version", "collectonly", "markers", "showfixtures", "show_fixtures_per_test",
    "setuponly", "setupplan", "cacheshow",
)  # fmt: skip
"""Options that pytest has for people, by the names it gives their values."""
PLAIN = {"PY_COLORS": "0", "PYTHON_COLORS": "0", **dict.fromkeys(OF_PYTEST, "")}
SAID = re.compile(r"^(?:.*\berror|ERROR): (?!usage: )(.+)", re.MULTILINE)


def check(
    arguments: Sequence[str], given: Sequence[str], left_out: Sequence[str]
) -> list[tuple[Path, str]]:
    """The files that the arguments name, each with the test in it that they name, or ''. Raises
    UsageError, in pytest's words, if it would not run tests with all these arguments.

    `given` are those of them that the user gave, `left_out` the plugins that a run does without.
    """
    start = (
        f"import sys; sys.path[:] = {sys.path!r}; import {__name__} as it; it.read({PATIENCE_S})"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", start, *arguments],
            env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **os.environ, **PLAIN},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            timeout=AT_ALL_S,
        )  # fmt: skip
        code = done.returncode
    except subprocess.TimeoutExpired:
        code = STUCK
    if code == STUCK:
        what = f"-- {shlex.join(given)}: pytest does not come to an end of reading them"
        raise RigError(what, "leave plugins out")
    if done.returncode == READ:
        named = json.loads(done.stdout.splitlines()[-1])
        return [(Path(path).resolve(), test) for path, test in named]
    found = SAID.search(done.stderr)
    lines = ["pytest would run no test"] if done.returncode == 0 else done.stderr.split("\n")
    said = found[1] if found else next((line for line in reversed(lines) if line.strip()), "")
    hint = "leave it out, or mend it"
    if "unrecognized" in said:
        hint = f"-p NAME brings a plugin and its options; a run leaves {', '.join(left_out)} out"
    raise UsageError(f"-- {shlex.join(given)}: {said.strip().rstrip('.')}", hint)


def all_run(named: Sequence[tuple[Path, str]], claims: Container[str]) -> None:
    """Raise UsageError for a test that the user named and this run would leave out."""
    hosts = [suite.host for suite in suites.used()]
    for path, test in named:
        if path in hosts:
            continue
        if not any(path.is_relative_to(host) for host in hosts):
            what = f"-- {path}: it is no host test of a suite, and would not be run"
            raise UsageError(what, "give the folder of its suite with --suite")
        name = test.rpartition("::")[2].partition("[")[0]
        for file, line, found, claim in suites.host_tests(path):
            if name and found != name:
                continue
            if claim is None:
                what = f"-- {file}:{line}: {found} judges no claim, and would not be run"
                raise UsageError(what, 'mark it with @pytest.mark.claim("…")')
            if claim not in claims:
                what = f"-- {file}:{line}: {found} judges {claim}, which this run leaves out"
                raise UsageError(what, f"ask for it with --claims {claim}")


def read(patience_s: float) -> None:
    """What the process does: pytest, as far as its arguments."""
    threading.Thread(target=watch, args=[patience_s], daemon=True).start()
    sys.exit(pytest.main(sys.argv[1:], plugins=[sys.modules[__name__]]))


def watch(patience_s: float) -> None:
    """End this process once it waits for what does not come, or is in a loop: by what its other
    threads use of the processor, for how long that takes on a loaded machine is anybody's guess."""
    used = -1.0
    while used + LEAST_S < (now := time.process_time() - time.thread_time()) < patience_s:
        used = now
        for _ in range(LOOKS):  # one that is stopped meanwhile has not waited
            time.sleep(patience_s / LOOKS)
    os._exit(STUCK)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int:
    """All options are known to pytest: is there sense in what it looks at only later?"""
    if any(config.getoption(name, False) for name in NO_TEST_RUNS):
        raise pytest.UsageError("pytest would run no test")
    for argument in [] if config.getoption("pyargs") else config.args:
        if not (config.invocation_params.dir / argument.partition("::")[0]).exists():
            raise pytest.UsageError(f"file or directory not found: {argument}")
    paths = [] if config.getoption("pyargs") else config.args
    parts = [argument.partition("::") for argument in paths]
    print(json.dumps([(str(config.invocation_params.dir / at), test) for at, _, test in parts]))
    marks: Any = config.pluginmanager.getplugin("mark")
    marks.pytest_collection_modifyitems(items=[], config=config)  # it parses -k and -m
    return READ
