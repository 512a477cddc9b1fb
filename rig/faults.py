"""Seeded faults: what breaks a board's asyncio in one known way, and which claims must catch it.

`fixtures/faults/NAME.py` holds a summary, the claims, and the damage, written as if it stood in
asyncio itself: a function goes in place of asyncio's own of that name, the methods of a class
without bases in place of those of asyncio's class, a class with bases in place of asyncio's. `own`
gives what was replaced. docs/adding-a-claim.md shows one. One that `damages` another module, a
suite's own, stands at the end of that module and replaces what it names.
"""

from __future__ import annotations

import ast
import difflib
import fnmatch
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Literal

from rig import suites
from rig.claims import ROOT
from rig.errors import UsageError, nearest

FAULTS = ROOT / "fixtures" / "faults"
CAUGHT_BY = "# caught by: "
DAMAGES = "# damages: "
HINT = "see docs/adding-a-claim.md"

PLACES = {
    "core": "CancelledError IOQueue Loop create_task current_task get_event_loop new_event_loop"
    " run run_until_complete sleep sleep_ms ticks_add ticks_diff",
    "event": "Event ThreadSafeFlag",
    "funcs": "_run gather wait_for wait_for_ms",
    "lock": "Lock",
    "stream": "Server Stream open_connection start_server",
}
"""The modules of MicroPython's extmod/asyncio, and what a fault can replace in each."""
MODULE = {name: module for module, names in PLACES.items() for name in names.split()}

HEAD = """\
import sys
_here = sys.path.pop(0)
del sys.modules["asyncio"]
import asyncio as _own
sys.path.insert(0, _here)
import {faults}
def __getattr__(name):
    return getattr(_own, name)
"""
"""The overlay's asyncio/__init__.py. It leaves the firmware's own, damaged, in its place."""
SHARED = {
    "poll": """\
def poll(queue, dt, period):
    own.wait_io_event(queue, period if dt < 0 else min(dt, period))
    while dt < 0 and not core._task_queue.peek():
        own.wait_io_event(queue, period)
""",
    "several": """\
_taken = [None] * 256
def several():
    # Takes the first tasks out and puts them back in order; allocates nothing.
    queue = core._task_queue
    if not queue.peek():
        return False
    due, count = queue.peek().ph_key, 0
    while queue.peek() and queue.peek().ph_key == due and count < 256:
        _taken[count] = queue.pop()
        count += 1
    found = count > 1 or queue.peek() is not None
    for i in range(count):
        queue.push(_taken[i], due)
        _taken[i] = None
    return found
""",
    "Poller": """\
import select as _select
import sys
class Poller:
    def __init__(self):
        self.poller = _select.poll()
        self.register = self.poller.register
class _Select:
    POLLIN = _select.POLLIN
def poll_by(poller):
    _Select.poll = poller
    sys.modules["select"] = _Select()
""",
    "unfinished": """\
_tasks = []
def create_task(coro):
    task = own.create_task(coro)
    _tasks.append(task)
    return task
def unfinished():
    left = [task for task in _tasks if not task.done()]
    _tasks.clear()
    return left
async def _ended(tasks):
    for task in tasks:
        task.cancel()
    for task in tasks:
        try:
            await task
        except BaseException:
            pass
""",
    "Wrapped": """\
class Wrapped:
    def __init__(self, coro):
        self.coro = coro
    def send(self, value):
        return self.coro.send(value)
    def throw(self, error):
        return self.coro.throw(error)
def create_task(coro):
    if not hasattr(coro, "send"):
        raise TypeError("coroutine expected")
    return own.create_task(Coroutine(coro))
""",
}
"""What several faults use: `poll` waits as IOQueue does, but wakes every `period` ms; `several` is
whether more than one task waits for its time; a class `(Poller)` is the port's own poll once
`poll_by` has it; `unfinished` gives the tasks that have not ended since it was last asked, and
`_ended` cancels such and waits for them; the class `Coroutine(Wrapped)` stands around the coroutine
of every task."""


@dataclass(frozen=True)
class Fault:
    """One seeded fault: `damage` is its file, MicroPython source."""

    name: str
    summary: str
    caught_by: tuple[str, ...]
    damage: str
    path: Path
    damages: str = ""  # the module of a suite that it damages; '' for asyncio

    @property
    def kind(self) -> Literal["functional", "latency", "power"]:
        """`power` or `latency` for what only these claims see, else `functional`."""
        match self.caught_by[0].partition(".")[0]:
            case "power" | "latency" as chapter:
                return chapter
        return "functional"

    @property
    def module(self) -> str:
        """The name of the module that does the damage."""
        return "fault_" + self.name.replace("-", "_")


def folders() -> list[Path]:
    """Where faults are: the rig's own, and those of suites in use."""
    return [FAULTS, *(suite.faults for suite in suites.added())]


def names(kind: str = "") -> list[str]:
    """The names of all faults, or of those of a kind."""
    found = sorted(path.stem for folder in folders() for path in folder.glob("*.py"))
    return [name for name in found if not kind or fault(name).kind == kind]


def fault(name: str) -> Fault:
    """A fault by its name. Raises UsageError: there is none, or its file is not as it should be."""
    for folder in folders():
        path = folder / f"{name}.py"
        if path.is_file():
            return parsed(path)
    raise UsageError(f"there is no fault {name!r}", _meant(name, names()))


def select(globs: Sequence[str]) -> list[Fault]:
    """The faults whose name, or the id of a claim that catches them, matches one of the globs; all
    for no glob. Raises UsageError for a glob that matches nothing."""
    everything = [fault(name) for name in names()]
    chosen = set() if globs else {found.name for found in everything}
    for glob in globs:
        matched = [f for f in everything if fnmatch.filter([f.name, *f.caught_by], glob)]
        if not matched:
            hint = _meant(glob, [word for f in everything for word in (f.name, *f.caught_by)])
            raise UsageError(f"{glob}: no fault matches, nor a claim that catches one", hint)
        chosen |= {found.name for found in matched}
    return [found for found in everything if found.name in chosen]


def _meant(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    meant = f"did you mean {near[0]!r}? " if near else ""
    return f"{meant}looprig faults lists all"


@cache
def parsed(path: Path) -> Fault:
    """The fault that a file holds. Raises UsageError for a file without summary, claims, damage."""
    text = path.read_text(encoding="utf-8")
    first, *lines = text.splitlines() or [""]
    if not first.startswith("# ") or first.startswith(CAUGHT_BY):
        raise UsageError(f"{path}:1: a fault begins with its summary, a line `# SUMMARY`", HINT)
    claims = list(takewhile(lambda line: line.startswith(CAUGHT_BY), lines))
    if not claims:
        raise UsageError(f"{path}:2: here stands `{CAUGHT_BY}` and the claims that must", HINT)
    caught_by = ", ".join(line.removeprefix(CAUGHT_BY) for line in claims).split(", ")
    after = lines[len(claims)] if len(claims) < len(lines) else ""
    damages = after.removeprefix(DAMAGES).strip() if after.startswith(DAMAGES) else ""
    return Fault(path.stem, first[2:], tuple(caught_by), text, path, damages)


def written(faults: Sequence[Fault], directory: Path) -> Path:
    """The directory, with the overlay of these faults in it: all of them at once.

    Raises UsageError for damage that does not say what of asyncio it replaces, and for damage to a
    module that is not in the directory already.
    """
    for fault in faults:
        if fault.damages:
            path = directory / f"{fault.damages}.py"
            if not path.is_file():
                what = f"{fault.path}: there is no module {fault.damages!r} to damage"
                raise UsageError(what, "it has to be among the suite's modules")
            with path.open("a", encoding="utf-8") as module:
                module.write(f"\n\n{fault.damage}")
    faults = [fault for fault in faults if not fault.damages]
    if not faults:
        return directory
    (directory / "asyncio").mkdir(parents=True, exist_ok=True)
    for fault in faults:
        (directory / f"{fault.module}.py").write_text(_module(fault), encoding="utf-8")
    head = HEAD.format(faults=", ".join(fault.module for fault in faults))
    (directory / "asyncio" / "__init__.py").write_text(head, encoding="utf-8")
    return directory


def _module(fault: Fault) -> str:
    """What a board runs: the damage, between keeping what it replaces and putting it in place."""
    where = fault.path
    try:
        damage = ast.parse(fault.damage)
    except SyntaxError as error:
        raise UsageError(f"{where}:{error.lineno}: {error.msg}", HINT) from error
    words = {node.id for node in ast.walk(damage) if isinstance(node, ast.Name)}
    shared = "".join(text for name, text in SHARED.items() if name in words)
    nodes = [*ast.parse(shared).body, *damage.body]
    replaced: dict[str, str] = {}
    after: list[str] = []
    for node in nodes:
        for name, place, value in _replaces(node, where):
            if name in replaced:
                raise UsageError(f"{where}: {name!r} is replaced twice", "make two faults of it")
            replaced[name] = place
            after.append(f"{place} = {value}")
    if not (after or any(isinstance(node, ast.Assign | ast.Expr) for node in damage.body)):
        raise UsageError(f"{where}: it damages nothing", HINT)
    before = []
    for part in (found for top in nodes for found in ast.walk(top)):
        match part:
            case ast.Attribute(value=ast.Name(id="own"), attr=name):
                if name not in replaced:
                    hint = nearest(name, list(replaced))
                    raise UsageError(f"{where}:{part.lineno}: own.{name} is not replaced", hint)
                before.append(f"own.{name} = {replaced[name]}")
            case ast.Name(id=name):
                words.add(name)
    used = sorted((words | {place.partition(".")[0] for place in replaced.values()}) & set(PLACES))
    # asyncio loads its modules when they are asked for, and `from asyncio import` does not ask
    imports = [f"import asyncio.{name}\nfrom asyncio import {name}" for name in used]
    front = ["import asyncio", *imports, "class own: pass", *sorted(set(before))]
    return "\n".join([*front, shared + fault.damage, *after, ""])


def _replaces(node: ast.stmt, where: Path) -> Iterator[tuple[str, str, str]]:
    """What a statement of a fault replaces: `own`'s name for it, where it stands, with what."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    if node.name in (*SHARED, "Coroutine", "poll_by"):
        return
    if node.name not in MODULE:
        if node.name.startswith("_"):
            return
        hint = f"a helper's name begins with `_`; {nearest(node.name, sorted(MODULE))}"
        raise UsageError(f"{where}:{node.lineno}: asyncio has no {node.name!r}", hint)
    place = f"{MODULE[node.name]}.{node.name}"
    if isinstance(node, ast.ClassDef) and not node.bases:
        for method in node.body:
            if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
                yield method.name, f"{place}.{method.name}", f"{node.name}.{method.name}"
    else:
        yield node.name, place, f"asyncio.{node.name} = {node.name}"
