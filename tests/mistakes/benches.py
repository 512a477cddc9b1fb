"""Bench files, and files of ports, with something wrong."""

from __future__ import annotations

import shutil
from dataclasses import replace

from hypothesis import strategies as st
from pydantic import BaseModel

from rig.entries import BoardEntry, Labgrid, LabgridPlace, MeterEntry, PowerProfile, SuiteEntry
from rig.networks import BoardNetwork
from tests.mistakes.case import Case, Place, run_of

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
        (port + 'meter = "a\\u0000b"\n', "board.pico.meter holds a NUL"),
        (emulated + 'firmware = "a\\u0000b"\n', "board.pico.firmware holds a NUL"),
        ('[suite]\nfolder = "a\\u0000b"\n' + port, "suite.folder holds a NUL"),
        ('[board.pico]\nport = "socket://x"\n', "names no host and port"),
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


@st.composite
def value_of_no_kind(draw: st.DrawFn, place: Place) -> Case:
    """Each key of each table, with what is a value of none."""
    tables: dict[str, tuple[str, type[BaseModel]]] = {
        "board.pico": ("", BoardEntry),
        "board.pico.power": ("[board.pico.power]\n", PowerProfile),
        "board.pico.network": ("[board.pico.network]\n", BoardNetwork),
        "board.pico.labgrid": ("[board.pico.labgrid]\n", LabgridPlace),
        "meter.m": ("[meter.m]\n", MeterEntry),
        "labgrid": ("[labgrid]\n", Labgrid),
        "suite": ("[suite]\n", SuiteEntry),
    }
    name = draw(st.sampled_from(sorted(tables)))
    header, model = tables[name]
    key = draw(st.sampled_from([key for key in model.model_fields if key != "port"]))
    value = draw(st.sampled_from(["1979-05-27", "[1979-05-27]", "{ x = { y = 1 } }", "12:00:00"]))
    port = "" if name == "board.pico.labgrid" else f'port = "{place.home / "tty"}"\n'
    text = f"[board.pico]\n{port}{header}{key} = {value}\n"
    # a meter's options are a table of whatever is in it: this meter lacks more than that
    needle = name if key == "options" else f"{name}.{key}"
    return replace(run_of(place, bench=text), needle=needle)


@st.composite
def expectations(draw: st.DrawFn, place: Place) -> Case:
    """A folder of known divergences in which one file is wrong, which is named."""
    folder = place.home / "expected"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = folder / "rp2.toml"
    one = '[[divergence]]\nclaim = "gather.empty"\n'
    wrong: list[str | bytes] = [
        one, one + 'reason = ""\n', one + "reason = 1\n", one + 'reason = "x"\nreson = "x"\n',
        one.replace("empty", "emty") + 'reason = "x"\n', 2 * (one + 'reason = "x"\n'),
        one + 'reason = "x"\nversions = "new"\n', one + 'reason = "x"\nwithout = ["a"]\n',
        'without = ["nothing.at-all"]\n', "[divergence]\n", "divergence = 1\n", "[", "x = 1\n",
        b"\xff", b"\x00", one + 'reason = "a\\u0000b"\n', "[[" * 4000,
    ]  # fmt: skip
    kind = draw(st.sampled_from(["text", "text", "text", "folder", "circle"]))
    if kind == "text":
        text = draw(st.sampled_from(wrong))
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(path)
    return replace(run_of(place, "--expectations", str(folder)), needle=str(path))


CLAIM = """\
[[claim]]
id = "own.works"
sentence = "It works."
level = "documented"
device_test = "works"
"""
HOST = """\
from looprig import claim


@claim("own.works")
def test_works(board):
    assert board.run("works").value("x") == 1
"""


@st.composite
def suite(draw: st.DrawFn, place: Place) -> Case:
    """A folder of claims and tests of somebody's own in which one thing is wrong."""
    folder = place.home / "suite"
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("claims", "device_tests", "host"):
        (folder / part).mkdir(parents=True)
    files: dict[str, str | bytes | None] = {
        "claims/own.toml": CLAIM, "device_tests/works.py": "emit('x', 1)\n",
        "host/test_own.py": HOST,
    }  # fmt: skip
    wrong: list[tuple[str, str | bytes | None, str]] = [
        ("claims/own.toml", "[", "own.toml"), ("claims/own.toml", "[[claim]]\n", "id is missing"),
        ("claims/own.toml", CLAIM + "colour = 1\n", "unknown key colour"),
        ("claims/own.toml", b"\xff", "own.toml"), ("claims/own.toml", CLAIM * 2, "there twice"),
        ("claims/own.toml", CLAIM.replace('"documented"', '"perfect"'), "level = 'perfect'"),
        ("claims/own.toml", "", "there is no claim 'own.works'"),
        ("claims/own.toml", None, "there is no claim 'own.works'"),
        ("device_tests/works.py", None, "works.py"), ("host/test_own.py", None, "test_*.py"),
        ("host/test_own.py", "def test_(:\n", "test_own.py:1"),
        ("host/test_own.py", b"\xff\xfe", "test_own.py"),
        ("host/test_own.py", "x = '\0'", "test_own.py: source"),
        ("host/test_own.py", "def test_works(board):\n    pass\n", "judges no claim"),
        ("host/test_own.py", HOST.replace("own.works", "own.work"), "own.work'"),
        ("pyproject.toml", "[tool.looprig]\nclaim = 'x'\n", "pyproject.toml"),
        ("pyproject.toml", "[tool.looprig]\nclaims = ''\n", "claims is empty"),
        ("pyproject.toml", "[tool.looprig]\nclaims = 1\n", "claims"),
        ("pyproject.toml", "[tool]\nlooprig = 1\n", "a table is meant here"),
        ("pyproject.toml", "tool = 1\n", "a table is meant here"),
        ("pyproject.toml", "[tool.looprig]\nhost = 'nowhere'\n", "nowhere"),
        ("pyproject.toml", b"\xff", "pyproject.toml"),
    ]  # fmt: skip
    name, text, needle = draw(st.sampled_from(wrong))
    for at, content in {**files, name: text}.items():
        if content is not None:
            (folder / at).write_bytes(content if isinstance(content, bytes) else content.encode())
    return replace(run_of(place, "--suite", str(folder)), needle=needle)


ALL = (bench_file, any_bytes, played_ports, value_of_no_kind, expectations, suite)
