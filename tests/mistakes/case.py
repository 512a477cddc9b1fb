"""A command, what is around it, what it has to come to; and commands in which nothing is wrong."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from rig.results import Outcome
from tests.forking import Request
from tests.run_factory import CLAIMS, PICO, UNIX, Recipe, change, write_run

BENCH = '[board.pico]\nport = "{port}"\n'


@dataclass
class Case:
    """A command, what is around it, and what it has to come to."""

    words: list[str]
    code: int
    needle: str = ""  # what the sentence has to name
    prints: bool = True  # something goes to standard output
    sound: int = -1  # the code with which that file is there
    writes: str = ""  # a file that is to be there whole, or not at all
    also: tuple[int, ...] = ()  # other codes that it may end with
    lacks: str = ""  # what the sentence of such a code names, as a regular expression
    json: bool = False  # standard output is one JSON document, or nothing
    request: Request = field(default_factory=lambda: Request([], "", "", ""))


@dataclass
class Place:
    """What every example starts from: sound runs, a bench whose board is not attached."""

    home: Path

    def run(self, name: str) -> str:
        return str(self.home / "runs" / name)

    def bench(self, text: str | bytes | None = None) -> str:
        path = self.home / "bench.toml"
        told = BENCH.format(port=self.home / "tty") if text is None else text
        path.write_bytes(told if isinstance(told, bytes) else told.encode())
        return str(path)


def furnished(home: Path) -> Place:
    runs = home / "runs"
    few = CLAIMS[:8]
    worse = change(few[0][0], outcome=Outcome.CRASHED)
    for recipe in (
        Recipe(id="old", claims=few, samples=600),
        Recipe(id="same", claims=few, samples=600),
        Recipe(id="worse", claims=few, samples=600, edit=worse),
        Recipe(id="less", claims=few[1:], samples=600),
        Recipe(id="other", claims=few, samples=600, boards=(PICO,)),
        Recipe(id="two", claims=few, samples=600, boards=(UNIX, PICO)),
        Recipe(id="fed2", claims=[c for c in CLAIMS if c[0].startswith("power.")], samples=600),
        Recipe(id="fed", claims=[c for c in CLAIMS if c[0].startswith("power.")], samples=600),
    ):
        write_run(runs, recipe)
    for path in (home, *home.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (home / "closed").mkdir(mode=0o555)
    (home / os.fsdecode(b"no\xfftext")).mkdir()
    (home / "out").mkdir(mode=0o777)
    (home / "out").chmod(0o777)
    return Place(home)


def wiped(place: Place) -> Path:
    """The directory for what a command writes, empty."""
    out = place.home / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    out.chmod(0o777)
    return out


def fresh(place: Place) -> str:
    """A place in it for what this one writes."""
    return str(wiped(place) / "of-it")


def standing(case: Case, place: Place) -> Request:
    """The case's command in a world in which nothing is wrong."""
    home = place.home
    return replace(
        case.request, words=case.words, folder=str(home), out=str(home / "stdout"),
        err=str(home / "stderr"),
    )  # fmt: skip


def copied(place: Place, run: str, name: str) -> Path:
    """A run's directory once more, to be damaged."""
    path = place.home / name
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(place.run(run), path)
    return path


def run_of(place: Place, *words: str, bench: str | bytes | None = None) -> Case:
    """A run that would end at the port that is not there: 2, before anything is written."""
    words = ("run", "--bench", place.bench(bench), "--out", fresh(place), *words)
    return Case(list(words), 2, "there is no such port", prints=False)


def report_of(place: Place, *names: str) -> Case:
    out = fresh(place)
    words = ["report", *map(place.run, names or ("old",)), "--out", out]
    return Case(words, 0, sound=0, writes=f"{out}/index.html")


def compare_of(place: Place, new: str, code: int) -> Case:
    out = fresh(place)
    words = ["compare", place.run("old"), place.run(new), "--out", out]
    return Case(words, code, sound=code, writes=f"{out}/compare.html")


def export_of(place: Place, to: str = "csv") -> Case:
    out = fresh(place)
    capture = next((place.home / "runs" / "fed" / "captures").glob("*.parquet"))
    ending = ".csv" if to == "csv" else ".trace.json"
    words = ["export", str(capture), "--to", to, "--out", out]
    return Case(words, 0, sound=0, writes=f"{out}/{capture.stem}{ending}")


def as_json(case: Case) -> Case:
    return replace(case, words=[*case.words, "--json"], json=True)


SOUND: dict[str, Callable[[Place], Case]] = {
    "version": lambda p: Case(["--version"], 0),
    "help": lambda p: Case(["-h"], 0),
    "claims": lambda p: Case(["claims", "gather.*"], 0),
    "sources": lambda p: Case(["claims", "--sources", "gather.*"], 0),
    "run": run_of,
    "report": report_of,
    "report two": lambda p: report_of(p, "old", "two"),
    "compare": lambda p: compare_of(p, "same", 0),
    "compare worse": lambda p: compare_of(p, "worse", 1),
    "compare less": lambda p: compare_of(p, "less", 3),
    "compare nothing": lambda p: compare_of(p, "other", 3),
    "doctor": lambda p: Case(["doctor", "--bench", p.bench()], 3),
    "boards": lambda p: Case(["boards", "--bench", p.bench()], 3),
    "faults": lambda p: Case(["faults", "lifo*"], 0),
    "firmware": lambda p: Case(["firmware"], 0),
    "expect": lambda p: Case(["expect", p.run("two"), "--out", fresh(p)], 0),
    "export": export_of,
    "export trace": lambda p: export_of(p, "trace"),
    "claims json": lambda p: as_json(Case(["claims", "gather.*"], 0)),
    "faults json": lambda p: as_json(Case(["faults", "lifo*"], 0)),
    "report json": lambda p: as_json(report_of(p)),
    "compare json": lambda p: as_json(compare_of(p, "worse", 1)),
    "doctor json": lambda p: as_json(Case(["doctor", "--bench", p.bench()], 3)),
    "boards json": lambda p: as_json(Case(["boards", "--bench", p.bench()], 3)),
    "run json": lambda p: as_json(run_of(p)),
    "run list": lambda p: run_of(p, "--list"),
    "failed": lambda p: run_of(p, "--failed", p.run("worse")),
}
