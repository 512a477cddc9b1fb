"""The world around a command, in which something may be wrong too."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st

from tests.mistakes.case import Case, Place, standing

STACK = 8 << 20
"""Bytes to which a stack may grow, by the usual `ulimit -s`."""
ROOT = os.name == "posix" and os.geteuid() == 0
SURROUNDINGS: list[dict[str, str]] = [
    {}, {}, {}, {"HOME": "/nowhere"}, {"HOME": ""}, {"HOME": "/etc/passwd"}, {"HOME": "~"},
    {"XDG_CACHE_HOME": "/proc/1"}, {"XDG_CACHE_HOME": "/etc/passwd"}, {"XDG_CACHE_HOME": "here"},
    {"XDG_CONFIG_HOME": "/etc/passwd"}, {"TMPDIR": "/nowhere"}, {"TMPDIR": "/etc/passwd"},
    {"TMPDIR": "/proc/1"}, {"TMPDIR": "here"}, {"TMPDIR": "a" * 5000}, {"COLUMNS": "0"},
    {"COLUMNS": "-1"}, {"COLUMNS": "wide"}, {"COLUMNS": "7"}, {"COLUMNS": "9" * 30},
    {"COLUMNS": "\u0663"}, {"COLUMNS": "1000000000"}, {"LINES": "0"}, {"LINES": "²"},
    {"TERM": "none"}, {"TERM": ""}, {"LC_ALL": "xx_YY"},
    {"LC_ALL": ""}, {"LANG": "."}, {"LANGUAGE": "\udcff"}, {"TZ": "Nowhere/Land"},
    {"TZ": ":/etc/passwd"}, {"PYTEST_ADDOPTS": "--no-such"}, {"PYTEST_PLUGINS": "none"},
    {"PYTHONOPTIMIZE": "1"}, {"PYTHONWARNINGS": "error"}, {"FORCE_COLOR": "1"}, {"NO_COLOR": ""},
    {"CI": "true", "GITHUB_ACTIONS": "true"}, {"http_proxy": "::"}, {"LG_COORDINATOR": "::::"},
    {"MICROPY_CPYTHON3": "/nowhere"}, {"SOURCE_DATE_EPOCH": "soon"},
]  # fmt: skip
"""Nothing of it makes a command fail."""


@st.composite
def around(draw: st.DrawFn, place: Place, case: Case) -> Case:
    """The case in a world that may have something wrong too."""
    request = replace(
        standing(case, place),
        encoding=draw(st.sampled_from(["utf-8", "ascii", "cp1252", "latin-1", "cp437"])),
        environment={**draw(st.sampled_from(SURROUNDINGS)), **case.request.environment},
        unset=draw(st.sampled_from([[], [], ["HOME"], ["PATH", "TERM"]])),
        stdin=draw(st.booleans()),
    )  # fmt: skip
    world = draw(st.sampled_from([*WORLDS, *[sound] * 3]))
    return world(draw, place, replace(case, request=request))


def sound(draw: st.DrawFn, place: Place, case: Case) -> Case:
    return case


def output(draw: st.DrawFn, place: Place, case: Case) -> Case:
    """Nobody takes what is printed."""
    case.request.out = draw(st.sampled_from(["closed", "full", "unread"]))
    closed = case.request.out == "closed"
    if case.code == 3 and case.needle and not closed:  # it says that, or what it lacks
        return replace(case, also=(3,), lacks="output")
    if closed or (case.prints and case.code != 2):
        return replace(case, code=3, needle="output")
    return replace(case, also=(3,) if case.prints else (), lacks="output")


def messages(draw: st.DrawFn, place: Place, case: Case) -> Case:
    """Nobody takes what is said."""
    case.request.err = draw(st.sampled_from(["closed", "full", "unread"]))
    return case


def file_size(draw: st.DrawFn, place: Place, case: Case) -> Case:
    """No file may grow, as on a disk that is full."""
    if not case.writes or case.code == 2:
        return case
    case.request.file_size = draw(st.integers(0, 1000))
    case.request.out, case.request.err = "/dev/null", str(place.home / "stderr")
    if case.request.file_size < 200:  # a sentence takes that
        case.request.err = "/dev/null"
    return replace(case, code=3, needle="File too large", sound=-1)


def open_files(draw: st.DrawFn, place: Place, case: Case) -> Case:
    """Few files may be open at a time: for some words it has to be a few more."""
    if case.code != 2 or case.words[0] in ("report", "compare"):
        return case
    case.request.files = draw(st.integers(10, 16))
    return replace(case, also=(3,), lacks="open files")


def not_permitted(draw: st.DrawFn, place: Place, case: Case) -> Case:
    """A user who may not write there."""
    if not ROOT or "--out" not in case.words or case.code == 2:
        return case
    at = case.words.index("--out") + 1
    words = [*case.words[:at], str(place.home / "closed" / "x"), *case.words[at + 1 :]]
    case.request.nobody, case.request.words = True, words
    case.request.out = case.request.err = str(place.home / "out" / "said")
    return replace(case, words=words, code=2, needle="Permission denied", writes="")


def interrupted(draw: st.DrawFn, place: Place, case: Case) -> Case:
    """A signal at some moment, or one that waits from the start, which is never missed. What has
    been written by then may stand, if it is whole."""
    number = draw(st.sampled_from([signal.SIGINT, signal.SIGTERM, signal.SIGHUP]))
    after_s = draw(st.sampled_from([0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.4]))
    case.request.interrupt = (int(number), after_s)
    if not after_s:
        return replace(case, code=130, needle="interrupted", sound=-1, json=False)
    return replace(case, also=(130,), lacks="interrupted")


def folder_gone(draw: st.DrawFn, place: Place, case: Case) -> Case:
    """The working directory is removed under it: a matter only for what is named from there."""
    case.request.gone = True
    return replace(case, needle="", also=(3,), lacks="working directory|No such file")


def folder_of_bytes(draw: st.DrawFn, place: Place, case: Case) -> Case:
    """A working directory whose name is no text."""
    case.request.folder = str(place.home / os.fsdecode(b"no\xfftext"))
    return replace(case, also=(3,), lacks="is no text")


def little_memory(draw: st.DrawFn, place: Place, case: Case) -> Case:
    case.request.memory = draw(st.integers(0, 64)) << 20
    # A stack that cannot grow has the kernel end the process, and no program hears of that; Arrow
    # ends it by itself where there are not four bytes for the exception that it would raise.
    fatal = (-signal.SIGSEGV, -signal.SIGABRT) * (case.request.memory < STACK)
    return replace(case, also=(3, *fatal), lacks="memory|thread")


def no_processes(draw: st.DrawFn, place: Place, case: Case) -> Case:
    """A user who may start neither process nor thread, nor see what is only root's."""
    if not ROOT:
        return case
    case.request.nobody, case.request.processes = True, draw(st.integers(0, 1))
    first = case.words[0]
    roots = "|/firmware: Permission denied" * (first == "firmware")  # the cache in HOME
    roots += "|runs/.*: Permission denied" * (first == "run" and "--out" not in case.words)
    return replace(case, also=(3,), lacks=f"thread|processes{roots}")


World = Callable[[st.DrawFn, Place, Case], Case]
WORLDS: tuple[World, ...] = (
    output, messages, file_size, open_files, not_permitted, interrupted, folder_gone,
    folder_of_bytes, little_memory, no_processes,
)  # fmt: skip
