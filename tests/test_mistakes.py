"""Mistakes by the thousand, made up: whatever is typed, written, broken or full, there is no
traceback, the code is what an oracle of its own says, and there is a sentence.

By hand, more of them: `LOOPRIG_MISTAKES=5000 pytest tests/test_mistakes.py -m slow
--hypothesis-seed=N`.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rig.results import Outcome
from rig.words import VARIABLES
from tests.forking import Request, Server
from tests.run_factory import CLAIMS, PICO, UNIX, Recipe, change, write_run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="it forks, and closes descriptors")
MANY = int(os.environ.get("LOOPRIG_MISTAKES", "500"))
FEW = 40
ENDS = {".html": b"</html>", ".csv": b",", ".json": b"}"}
"""What a file that is whole ends with."""
ROOT = os.name == "posix" and os.geteuid() == 0
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


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as started:
        yield started


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """Where another user may read too, which pytest's own folder does not let."""
    with tempfile.TemporaryDirectory(prefix="mistakes-") as folder:
        yield furnished(Path(folder))


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
        Recipe(id="fed", claims=[c for c in CLAIMS if c[0].startswith("power.")], samples=600),
    ):
        write_run(runs, recipe)
    for path in (home, *home.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (home / "closed").mkdir(mode=0o555)
    (home / "out").mkdir(mode=0o777)
    (home / "out").chmod(0o777)
    return Place(home)


def fresh(place: Place) -> str:
    """A directory for what a command writes, empty."""
    shutil.rmtree(place.home / "out", ignore_errors=True)
    (place.home / "out").mkdir()
    (place.home / "out").chmod(0o777)
    return str(place.home / "out" / "of-it")


# -- sound commands, each with what it comes to ----------------------------------------------


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

# -- mistakes of words, found before anything else -------------------------------------------

VALUES = {
    "run": (
        "--bench", "--board", "--port", "--meter", "--claims", "--overlay", "--resume", "--out",
        "-n", "--level", "--firmware", "--suite", "--fault", "--expectations", "--repeat",
        "--failed",
    ),
    "ab": ("--bench", "--board", "--port", "--firmware", "--overlay", "--fault", "--out"),
    "expect": ("--out",),
    "export": ("--to", "--out"),
    "reproduce": ("--board",),
    "claims": ("--suite",),
    "faults": ("--suite",),
    "prove": ("--bench", "--board", "--port", "--out"),
    "report": ("--out",),
    "compare": ("--out", "--threshold"),
    "doctor": ("--bench", "--board", "--port", "--meter", "--load", "--firmware"),
    "boards": ("--bench", "--board"),
    "virtual": ("--boards", "--kind", "--meter-option"),
    "init": ("--meter", "--out", "--voltage"),
    "upstream": ("--bench", "--board", "--port", "--resume", "--out"),
}  # fmt: skip


@st.composite
def empty_value(draw: st.DrawFn, place: Place) -> Case:
    command = draw(st.sampled_from(sorted(VALUES)))
    option = draw(st.sampled_from(VALUES[command]))
    blank = draw(st.sampled_from(["", " ", "\t"]))
    joined = option.startswith("--") and draw(st.booleans())
    words = [f"{option}={blank}"] if joined else [option, blank]
    return Case([command, *words], 2, f"{option}: an empty value", prints=False)


@st.composite
def empty_variable(draw: st.DrawFn, place: Place) -> Case:
    name = draw(st.sampled_from(VARIABLES))
    case = replace(SOUND[draw(st.sampled_from(["claims", "run", "report"]))](place), writes="")
    case.request.environment = {name: ""}
    return replace(case, code=2, needle=name, prints=False)


@st.composite
def wrong_word(draw: st.DrawFn, place: Place) -> Case:
    """Options that do not go together, or have a value that cannot be meant."""
    number = draw(st.sampled_from(["0", "-1", "9999999", "1e3", "nan", "²", "x", "1.5", "0x10"]))
    claim = draw(st.sampled_from(["gather.empty", "run.returns-value", "gather.*"]))
    wrong = {
        f"-n {number}": "-n",
        "--level perfect": "--level perfect: no such level",
        "--claims gather.emty": "--claims gather.emty: no claim matches",
        "--board nobody": "--board nobody",
        "--overlay /etc/passwd": "it is no directory",
        f"--overlay {place.home / 'runs'}": "holds no .py",
        "--port /dev/nothing": "--port describes a bench by itself",
        "--meter GPIB::1": "--meter needs --port",
        "--matrix --quiet": "exclude each other",
        "--colour": "--colour",
        "--resume nowhere": "leave --out out",
        f"{claim}": f"--claims {claim}",
        "--no-power --claims power.*": "--no-power leaves no claim",
        "--claims latency.turn-cost --level documented": "no claim asked for is of it",
        f"--repeat {number}": "--repeat",
        "--json --quiet": "--json prints one document",
        "--fault lifo-schedulin": "did you mean 'lifo-scheduling'?",
        f"--fault lifo-scheduling --overlay {place.home}": "name one",
        f"--suite {place.home}": "there is no",
        "--suite nowhere": "there is no such directory",
        "--expectations nowhere": "there is no such directory",
        "--failed nowhere": "no run is there",
        f"--failed {place.run('old')}": "nothing went wrong in it",
        f"--failed {place.run('worse')} --claims gather.empty": "--failed names the claims",
        "--firmware x.uf2": "--firmware describes a bench by itself",
        "-- --collect-only": "pytest would run no test",
    }
    text = draw(st.sampled_from(sorted(wrong)))
    return replace(run_of(place, *text.split()), needle=wrong[text])


@st.composite
def wrong_elsewhere(draw: st.DrawFn, place: Place) -> Case:
    wrong = {
        "claims nothing.*": "no claim matches",
        "claims --sources nothing.*": "no claim matches",
        "virtual --boards 0": "--boards 0",
        "virtual --boards 9999": "--boards 9999",
        "virtual --kind cpythn": "--kind cpythn",
        "virtual --meter-option noise": "--meter-option noise",
        "virtual --meter-option nose=1": "did you mean 'noise'?",
        "claimz": "claimz",
        "compare one": "compare needs an old run and a new one",
        "report nowhere": "no run is there",
        "run --resume nowhere": "no run is there",
        "upstream": "needs a MicroPython checkout",
        "upstream nowhere": "nowhere",
        f"compare {place.run('old')} {place.run('same')} --threshold inf": "--threshold inf",
        f"compare {place.run('old')} {place.run('same')} --threshold 1e300": "--threshold 1e+300",
        f"compare {place.run('old')} {place.run('same')} --threshold -1": "--threshold -1",
        f"init --out {place.bench()}": "it is there already",
        "boards --board pico": "--board needs --bench",
        "ab": "needs one thing that differs",
        f"ab --bench {place.bench()} --fault lifo-schedulin": "did you mean 'lifo-scheduling'?",
        "ab --firmware x.uf2 --firmware y.uf2": "--firmware x.uf2",
        "ab --fault lifo-scheduling --repeat 0": "--repeat 0",
        f"ab --overlay {place.home} --fault lifo-scheduling": "needs one thing that differs",
        "expect nowhere": "no run is there",
        f"expect {place.run('old')} --out /etc/passwd": "it is a file",
        "export nowhere": "nowhere",
        f"export {place.run('old')}": "no capture is there",
        f"export {place.run('old')}/run.json --to xls": "--to xls",
        f"reproduce {place.run('old')} gather.emty": "it has no result of",
        "reproduce nowhere gather.empty": "no run is there",
        "prove --bench nowhere.toml": "nowhere.toml",
        "faults nothing.*": "no fault matches",
        "claims --suite nowhere": "there is no such directory",
        "doctor --load 330": "--load",
        "doctor --firmware x.uf2": "--firmware x.uf2",
        "firmware now": "now",
        "init --voltage 3V3 --out x.toml": "--voltage '3V3'",
    }
    text = draw(st.sampled_from(sorted(wrong)))
    return Case(text.split(), 2, wrong[text], prints=False)


# -- bench files -----------------------------------------------------------------------------

TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=8)
PORTS = '[board.a]\nport = "/dev/a/../b"\n[board.b]\nport = "/dev/b"\n'


@st.composite
def bench_file(draw: st.DrawFn, place: Place) -> Case:
    """A bench file with one thing wrong, which the sentence names, and not that its port is not
    there."""
    port = f'[board.pico]\nport = "{place.home / "tty"}"\n'
    virtual = '[board.pico]\nkind = "virtual"\n'
    emulated = '[board.pico]\nkind = "emulated"\n'
    net = port + "[board.pico.network]\n"
    absurd = draw(st.sampled_from(["0", "-1", "1e300", "inf", "nan", "true", '"fast"', "[]"]))
    name = draw(
        TEXT.filter(lambda text: not text.isascii() and '"' not in text and "\\" not in text)
    )
    key = draw(st.sampled_from(["port", "serial_number", "baudrate", "power_cycle"]))
    value = "9600" if key == "baudrate" else '"x"'
    blank = draw(st.sampled_from(["meter", "profile", "power_cycle"]))
    heap = draw(st.sampled_from(["lots", "0", "1", "-1M", "999999999M", "256 K", "1e6"]))
    junk = draw(st.binary(min_size=1, max_size=40))
    wrong: list[tuple[str | bytes, str]] = [
        (port + f'{blank} = ""\n', f"board.pico.{blank} is empty"),
        (port + '[board.pico.power]\nattached = [""]\n', "board.pico.power.attached.0 is empty"),
        (port + f"deadline_scale = {absurd}\n", "deadline_scale"),
        (port + f"baudrate = {absurd}\n", "baudrate"),
        (port + f"dtr = {draw(st.sampled_from(['1', '0', 'on', '[]']))}\n", ""),
        (port + "meter = 1979-05-27\n", "board.pico.meter"),
        (port + "interface = 1.0\n", "board.pico.interface"),
        (port + f"power = {absurd}\n", "board.pico.power" if absurd != "0" else ""),
        (port + 'network = "machine"\n', "board.pico.network.reaches"),
        (virtual + 'network = "mine"\n', "board.pico.network.reaches = 'mine'"),
        (net + 'ssid_env = ""\n', "board.pico.network.ssid_env is empty"),
        (net + 'password_env = "P"\n', "a password, and no ssid_env"),
        (net + 'ssid_env = "S"\ncredentials = "c.toml"\n', "leave one of them out"),
        (net + 'address = "192.168.1.5"\n', "says nothing of the netmask"),
        (net + 'gateway = "192.168.1.1"\n', "only a static address needs one"),
        (net + f'host = "{draw(st.sampled_from(["x", "1.2.3", "::1", "1.2.3.4/8"]))}"\n', "host"),
        (net + f"join_s = {absurd}\n", "join_s"),
        (emulated, "no firmware"),
        (emulated + 'firmware = "nowhere.uf2"\n', "nowhere.uf2"),
        (emulated + 'firmware = "bench.toml"\n', "bench.toml"),
        (emulated + 'firmware = "nowhere.uf2"\nheap = "1M"\n', "heap"),
        (port + '[suite]\nfolder = "nowhere"\n', "there is no such directory"),
        ('expectations = "nowhere"\n' + port, "there is no such directory"),
        (port + "bawdrate = 1\n", "did you mean 'baudrate'?"),
        (port + '[board.pico.power]\nfloor = "deepsleep"\n', "there is no floor 'deepsleep'"),
        (port + 'heap = "256K"\n', "heap: a board of kind 'serial' does not use it"),
        (virtual + f"{key} = {value}\n", f"{key}: a board of kind 'virtual' does not use it"),
        (virtual + f'heap = "{heap}"\n', "board.pico.heap"),
        (virtual + 'profile = "unx"\n', "there is no board profile 'unx'"),
        (port + f'[board."{name}"]\nkind = "virtual"\n', "a name is letters"),
        (port + "[board.bär]\n", "a name is"),
        (PORTS, "name the same port"),
        ("[board]\nkind = 'virtual'\n", "a table is meant here"),
        (port + 'meter = "none"\n', "there is no meter 'none'"),
        (port + "x = " + "[" * 3000, "nested too deeply"),
        (port + "x = " + "9" * 5000, str(place.home / "bench.toml")),
        (b"\xff\xfe" + port.encode("utf-16-le"), "it is not UTF-8"),
        (b"\xff" + junk, "it is not UTF-8"),
        ("", "it has no board"),
    ]
    text, needle = draw(st.sampled_from(wrong))
    if draw(st.booleans()) and isinstance(text, str):
        text = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    return replace(run_of(place, bench=text), needle=needle)


@st.composite
def any_bytes(draw: st.DrawFn, place: Place) -> Case:
    """Whatever stands in the file: nothing of it is opened."""
    pieces = st.sampled_from(
        ["[board.a]\n", "[meter.m]\n", "[[board.a]]\n", "port = ", "kind = ", '"virtual"\n', "[",
         '""\n', "]", "=", "\n", "heap = 1\n", "path = 'x'\n", "labgrid = {}\n", "1979-05-27\n"]
    )  # fmt: skip
    text = "".join(draw(st.lists(pieces, max_size=8)))
    junk = draw(st.one_of(st.binary(max_size=30), st.just(text.encode())))
    case = run_of(place, bench=b"[board.z]\nwrong = 1\n" + junk)
    return replace(case, needle="bench.toml")


# -- runs ------------------------------------------------------------------------------------


@st.composite
def damaged_run(draw: st.DrawFn, place: Place) -> Case:
    """A run whose run.json is damaged: there is nothing to report, compare or go on with."""
    path = place.home / "damaged"
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(place.run("old"), path)
    whole = (path / "run.json").read_bytes()
    info = json.loads(whole)
    kinds: list[bytes] = [
        whole[: draw(st.integers(0, len(whole) - 3))],
        draw(st.binary(max_size=30)),
        json.dumps({**info, "schema_version": 99}).encode(),
        json.dumps({**info, "colour": 1}).encode(),
        json.dumps({**info, "boards": "all"}).encode(),
        b"[" * 100_000,
    ]
    (path / "run.json").write_bytes(draw(st.sampled_from(kinds)))
    commands = [
        ["run", "--resume", str(path)],
        ["upstream", "--resume", str(path)],
        ["report", str(path), "--out", fresh(place)],
        ["compare", place.run("old"), str(path)],
        ["compare", str(path), place.run("old")],
    ]
    return Case(draw(st.sampled_from(commands)), 2, "damaged", prints=False)


@st.composite
def resumed_otherwise(draw: st.DrawFn, place: Place) -> Case:
    """Going on with a run of which something is no longer so, or is asked otherwise."""
    path = place.home / "resumed"
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(place.run("old"), path)
    info = json.loads((path / "run.json").read_text("utf-8"))
    info["claims"] = ["gather.empty", "run.returns-value"]
    info["bench"] = place.bench()
    more, needle = draw(
        st.sampled_from(
            [
                (["--claims", "gather.empty"], "leave it out, or start a run of its own"),
                (["--level", "all"], "leave it out, or start a run of its own"),
                (["--overlay", str(place.home)], "leave it out, or start a run of its own"),
                (["--out", "x"], "leave --out out"),
                ([], "gone.claim"),
            ]
        )
    )
    if not more:
        info["claims"].append("gone.claim")
    (path / "run.json").write_text(json.dumps(info), "utf-8")
    return Case(["run", "--resume", str(path), *more], 2, needle, prints=False)


@st.composite
def cut_results(draw: st.DrawFn, place: Place) -> Case:
    """Results cut by a kill: what is whole is reported, and compare says that it has less."""
    path = place.home / "cut"
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(place.run("old"), path)
    whole = (path / "results.jsonl").read_bytes()
    kept = whole[: draw(st.integers(0, len(whole) - 2))]
    (path / "results.jsonl").write_bytes(kept)
    until = accumulate(whole.splitlines(), lambda before, line: before + b"\n" + line)
    some = any(kept.startswith(lines) for lines in until)
    out = fresh(place)
    if draw(st.booleans()):
        nothing = not some and bool(kept)  # a damaged line is a problem, no line is an empty run
        code = 2 if nothing else 0
        words = ["report", str(path), "--out", out]
        return Case(words, code, "", not nothing, 0, f"{out}/index.html")
    words = ["compare", place.run("old"), str(path), "--out", out]
    # a copy of the old run, however cut: it would be compared with itself
    return Case(words, 2, "", False, 3, f"{out}/compare.html")


@st.composite
def odd_run(draw: st.DrawFn, place: Place) -> Case:
    """What stands where a run should: links that lead nowhere or to themselves, half of one, a
    directory in a file's place."""
    path = place.home / "odd"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    kind = draw(st.sampled_from(["link", "circle", "empty", "results", "folder", "file"]))
    run = path / "run"
    if kind in ("link", "circle"):
        run.symlink_to(path / ("nowhere" if kind == "link" else "run"))
    elif kind == "file":
        run.write_text("{}", "utf-8")
    else:
        run.mkdir()
        if kind == "results":
            shutil.copy(Path(place.run("old")) / "results.jsonl", run)
        if kind == "folder":
            (run / "run.json").mkdir()
    commands = [
        ["run", "--resume", str(run)],
        ["run", "--failed", str(run)],
        ["report", str(run), "--out", fresh(place)],
        ["compare", place.run("old"), str(run)],
        ["expect", str(run), "--out", fresh(place)],
        ["reproduce", str(run), "gather.empty"],
        ["export", str(run)],
        *([["run", "--bench", place.bench(), "--out", str(run)]] * (kind in ("link", "circle"))),
    ]
    return Case(draw(st.sampled_from(commands)), 2, str(run), prints=False)


@st.composite
def damaged_capture(draw: st.DrawFn, place: Place) -> Case:
    """A capture that is cut or holds something else: no export; the report leaves it out."""
    path = place.home / "spoilt"
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(place.run("fed"), path)
    captures = sorted((path / "captures").glob("*.parquet"))
    whole = captures[0].read_bytes()
    kinds = [
        whole[: draw(st.integers(0, len(whole) - 1))],
        draw(st.binary(max_size=60)),
        b"PAR1" + draw(st.binary(min_size=8, max_size=60)) + b"PAR1",
        whole[:4] + bytes(len(whole) - 8) + whole[-4:],
    ]
    captures[0].write_bytes(draw(st.sampled_from(kinds)))
    out = fresh(place)
    if draw(st.booleans()):
        words = ["export", *map(str, reversed(captures)), "--out", out]
        return Case(words, 2, captures[0].name, prints=False)
    return Case(["report", str(path), "--out", out], 0, sound=0, writes=f"{out}/index.html")


@st.composite
def played_ports(draw: st.DrawFn, place: Place) -> Case:
    """A file of ports that is none."""
    path = place.home / "ports.json"
    junk = ["", "{", "1", "{}", '"x"', "[1]", "[{}]", "null", "[" * 100_000, "\x00"]
    path.write_text(draw(st.sampled_from(junk)), "utf-8")
    case = Case(["boards"], 2, "LOOPRIG_PORTS", prints=False)
    chosen = draw(st.sampled_from([path, place.home, place.home / "nowhere"]))
    case.request.environment = {"LOOPRIG_PORTS": str(chosen)}
    return case


WRONG = (
    odd_run, damaged_capture, played_ports,
    empty_value, empty_variable, wrong_word, wrong_elsewhere, bench_file, any_bytes, damaged_run,
    resumed_otherwise, cut_results,
)  # fmt: skip


SURROUNDINGS: list[dict[str, str]] = [
    {}, {}, {}, {"HOME": "/nowhere"}, {"HOME": ""}, {"XDG_CACHE_HOME": "/proc/1"},
    {"XDG_CACHE_HOME": "/etc/passwd"}, {"TMPDIR": "/nowhere"}, {"COLUMNS": "0"}, {"COLUMNS": "-1"},
    {"COLUMNS": "wide"}, {"COLUMNS": "7"}, {"TERM": "none"}, {"LC_ALL": "xx_YY"},
    {"PYTEST_ADDOPTS": "--no-such"}, {"PYTEST_PLUGINS": "none"}, {"PYTHONOPTIMIZE": "1"},
    {"FORCE_COLOR": "1"}, {"NO_COLOR": ""},
]  # fmt: skip
"""Nothing of it makes a command fail."""

# -- the host --------------------------------------------------------------------------------


@st.composite
def around(draw: st.DrawFn, place: Place, case: Case) -> Case:
    """The case in a world that may have something wrong too."""
    request = replace(
        case.request, words=case.words, folder=str(place.home), out=str(place.home / "stdout"),
        err=str(place.home / "stderr"),
        encoding=draw(st.sampled_from(["utf-8", "ascii", "cp1252", "latin-1", "cp437"])),
        environment={**draw(st.sampled_from(SURROUNDINGS)), **case.request.environment},
        unset=draw(st.sampled_from([[], [], ["HOME"], ["PATH", "TERM"]])),
        stdin=draw(st.booleans()),
    )  # fmt: skip
    kind = draw(st.sampled_from(["nothing", "nothing", "out", "err", "size", "files", "closed"]))
    if kind == "out":
        request.out = draw(st.sampled_from(["closed", "full", "unread"]))
        if request.out == "closed" or (case.prints and case.code != 2):
            case = replace(case, code=3, needle="output")
    elif kind == "err":
        request.err = draw(st.sampled_from(["closed", "full", "unread"]))
    elif kind == "size" and case.writes and case.code != 2:
        request.file_size = draw(st.integers(0, 1000))
        request.out, request.err = "/dev/null", str(place.home / "stderr")
        if request.file_size < 200:  # a sentence takes that
            request.err = "/dev/null"
        case = replace(case, code=3, needle="File too large", sound=-1)
    elif kind == "files" and case.code == 2 and case.words[0] not in ("report", "compare"):
        request.files = draw(st.integers(10, 16))
    elif kind == "closed" and ROOT and "--out" in case.words and case.code != 2:
        request.nobody = True
        at = case.words.index("--out") + 1
        words = [*case.words[:at], str(place.home / "closed" / "x"), *case.words[at + 1 :]]
        case = replace(case, code=2, needle="Permission denied", writes="")
        request.words = words
        request.out = request.err = str(place.home / "out" / "said")
    return replace(case, request=request)


@st.composite
def cases(draw: st.DrawFn, place: Place) -> Case:
    if draw(st.integers(0, 3)):
        case = draw(draw(st.sampled_from(WRONG))(place))
    else:
        case = SOUND[draw(st.sampled_from(sorted(SOUND)))](place)
    return draw(around(place, case))


def said(path: str) -> str:
    found = Path(path)
    return found.read_text("utf-8", "replace") if found.is_file() else ""


def held(case: Case, server: Server, place: Place) -> None:
    """The property."""
    request = case.request
    for path in {request.out, request.err}:
        if Path(path).is_file():
            Path(path).unlink()
    runs = place.home / "runs"
    before = {path: path.stat().st_mtime_ns for path in runs.rglob("*")}
    code = server.code(request)
    told = said(request.out) + (said(request.err) if request.err != request.out else "")
    about = f"looprig {' '.join(request.words)}\n{request}\n{told}"
    assert "Traceback" not in told, about
    assert "Exception ignored" not in told, about
    assert code == case.code, f"{code} rather than {case.code}: {about}"
    readable = "/" in request.err and request.err != "/dev/null"
    if code in (2, 3) and case.needle and (readable or Path(request.out).is_file()):
        sentences = [line for line in told.splitlines() if line.startswith("looprig: ")]
        if "--json" in case.words and not sentences:  # who reads the document hears of it
            sentences = [" ".join(told.split())]
        assert len(sentences) == 1, about
        plain = request.encoding in ("utf-8",)
        assert case.needle in sentences[0] or not (case.needle.isascii() or plain), about
    assert {path: path.stat().st_mtime_ns for path in runs.rglob("*")} == before, about
    assert not list((place.home / "out").rglob("*.new")), about
    if case.writes:
        page = Path(case.writes)
        if Path(request.out).is_file() or request.file_size is not None:
            assert page.exists() == (code == case.sound), about
        if page.exists():
            text = page.read_bytes().rstrip()
            assert text.endswith(ENDS[page.suffix]), about
    if case.json and request.out != request.err and (printed := said(request.out)):
        assert isinstance(json.loads(printed), dict), about


def mistakes(number: int) -> Callable[..., None]:
    @settings(
        max_examples=number, deadline=None, database=None, print_blob=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(data=st.data())
    def test(server: Server, place: Place, data: st.DataObject) -> None:
        held(data.draw(cases(place)), server, place)

    return test


test_some_mistakes = mistakes(FEW)
test_many_mistakes = pytest.mark.slow(mistakes(MANY))
