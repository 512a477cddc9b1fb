"""Mistakes of words, found before anything else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import typer
from hypothesis import strategies as st

from rig.cli import app
from rig.words import VARIABLES
from tests.mistakes.case import SOUND, Case, Place, fresh, run_of


def _with_values() -> dict[str, list[str]]:
    """The options of each command that take a value, as the command line itself has them."""
    commands: Any = typer.main.get_command(app)
    return {
        name: [each.opts[0] for each in command.params if each.opts[0].startswith("-")
               and not each.is_flag]
        for name, command in commands.commands.items()
    }  # fmt: skip


VALUES = {name: options for name, options in _with_values().items() if options}
FOLDERS = (
    "run --bench", "run --overlay", "run --suite", "run --expectations", "run --resume",
    "run --failed", "run --firmware", "boards --bench", "doctor --bench", "export", "expect",
    "report", "upstream", "claims --suite", "init --out", "prove --bench", "site --out x",
)  # fmt: skip
"""Commands that are told of a file or directory, last."""


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
        "site": "--out",
        "site --out x": "",  # there is no bundle, or no way to look for one there
        "site nowhere --out x": "no run is there",
        f"site {place.run('old')} --out /etc/passwd": "it is no folder",
        f"site {place.run('old')} --out {place.home / 'runs'}": "holds something else than a site",
        f"site {place.run('old')} --out x --store /etc/passwd": "--store /etc/passwd",
        f"export {place.run('fed')} {place.run('fed2')} --out x": "would be written to one file",
        f"upstream --resume {place.run('old')}": "it is a run of looprig run",
        f"doctor --bench {place.bench()} --load 330": "",  # no meter, or no unit: either
        f"ab --bench {place.bench()} --firmware x.uf2 --firmware y.uf2": "--firmware describes",
        "ab --firmware nowhere.uf2 --firmware nowhere2.uf2": "nowhere.uf2",
        "run --firmware nowhere.uf2": "nowhere.uf2",
        f"run --firmware {place.home}": "it is a directory",
        f"run --firmware {place.bench()}": "neither a UF2 nor an ELF",
        f"init --meter x --out {place.home / 'out' / 'i.toml'}": "--meter",
        "init --voltage 3V3 --out x.toml": "--voltage '3V3'",
    }
    text = draw(st.sampled_from(sorted(wrong)))
    return Case(text.split(), 2, wrong[text], prints=False)


@st.composite
def name_that_cannot_be(draw: st.DrawFn, place: Place) -> Case:
    """Too long for any file system, or no text in any encoding of names."""
    words = draw(st.sampled_from(FOLDERS)).split()
    if draw(st.booleans()):
        name, needle = "a" * draw(st.sampled_from([256, 300, 5000])), "File name too long"
    else:
        name, needle = draw(st.sampled_from(["\udcff", "a\udc80b"])), "its bytes are no text"
    return Case([*words, name], 2, needle, prints=False)


@st.composite
def port_that_is_none(draw: st.DrawFn, place: Place) -> Case:
    """What is no serial port, where one is asked what it is; nothing is written."""
    port = draw(st.sampled_from(["/dev/null", "/etc/passwd", str(place.home), "nowhere"]))
    kinds = {
        "run": (2 if port == "nowhere" else 3, ["run", "--port", port, "--out", fresh(place)]),
        "doctor": (3, ["doctor", "--port", port]),
        "boards": (3, ["boards", port]),
        "init": (3, ["init", port, "--out", fresh(place)]),
        "ab": (
            2 if port == "nowhere" else 3,
            ["ab", "--port", port, "--fault", "lifo-scheduling", "--out", fresh(place)],
        ),
    }
    code, words = kinds[draw(st.sampled_from(sorted(kinds)))]
    said = words[0] in ("doctor", "boards")  # in their tables, on standard output
    return Case(words, code, "" if said else "port", prints=said)


@st.composite
def address_of_nothing(draw: st.DrawFn, place: Place) -> Case:
    scheme = draw(st.sampled_from(["socket", "rfc2217"]))
    rest = draw(st.sampled_from(["", "x", ":", "::", "x:", ":9", "x:y", "[::1", "x:0", "x:99999"]))
    words = ["run", "--port", f"{scheme}://{rest}", "--out", fresh(place)]
    return Case(words, 2, "names no host and port", prints=False)


ALL = (
    empty_value, empty_variable, wrong_word, wrong_elsewhere, name_that_cannot_be,
    port_that_is_none, address_of_nothing,
)  # fmt: skip
