"""A board is given a network: it joins under a deadline, what goes wrong is the bench's matter, and
nobody is told the password.

The WLAN is played, by a module `network` that a virtual board has in its files; its sockets are
real.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.bench import load
from rig.board.execution import Event, Execution
from rig.board.secret import HIDDEN, scrub
from rig.checkup.bench import walk
from rig.errors import RigError, UsageError
from rig.net.line import Line
from rig.net.peer import Peer
from rig.networks import BoardNetwork, NetworkStation
from rig.virtual.board import VirtualBoard
from tests.board_factory import virtual
from tests.started import looprig

SSID = "the bench's own net"
PASSWORD = "it's a \\ secret" + (": ü" if sys.getfilesystemencoding() == "utf-8" else "")
"""An environment holds no more than the locale's encoding has."""
PLAYED = """\
import time
STA_IF = 0
class WLAN:
    since = None
    def __init__(self, which):
        assert which == 0
    def active(self, on):
        pass
    def ifconfig(self, given):
        print("static", given)
    def config(self, name):
        return "another"
    def connect(self, ssid, key=None):
        print("joining", ssid, key, repr(key), key.encode(), "or", ssid.encode())
        if key == "quarrel":
            raise OSError("nothing to be had with " + key)
        WLAN.since = time.ticks_ms() if key == %r else None
    def disconnect(self):
        WLAN.since = None
    def isconnected(self):
        return self.since is not None and time.ticks_diff(time.ticks_ms(), self.since) > 100
    def status(self):
        return 202
"""
BENCH = """\
[board.picow]
kind = "serial"
port = "{port}"
[board.picow.network]
ssid_env = "BENCH_SSID"
password_env = "BENCH_PASSWORD"
address = "192.168.7.50/24"
host = "{host}"
join_s = 1
"""
HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def picow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualBoard]:
    with virtual(tmp_path_factory.mktemp("picow"), network="machine") as board:
        (board.root / "network.py").write_text(PLAYED % PASSWORD, encoding="utf-8")
        yield board


@pytest.fixture
def bench(picow: VirtualBoard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BENCH_SSID", SSID)
    monkeypatch.setenv("BENCH_PASSWORD", PASSWORD)
    path = tmp_path / "bench.toml"
    path.write_text(BENCH.format(port=picow.port, host=HERE), "utf-8")
    return path


def run(bench: Path, *claims: str) -> tuple[list[dict], str]:  # type: ignore[type-arg]
    """The results of these claims, and all that the run left anywhere, as one text."""
    out = bench.parent / "run"
    asked = [part for claim in claims for part in ("--claims", claim)]
    ended = looprig("run", "--bench", bench, "--no-power", "--out", out, *asked)
    lines = (out / "results.jsonl").read_text(encoding="utf-8").splitlines()
    left = [path.read_bytes() for path in out.rglob("*") if path.is_file()]
    left += [ended.stdout.encode(), ended.stderr.encode()]
    return [json.loads(line) for line in lines], b"".join(left).decode("utf-8", "replace")


def assert_secret(text: str) -> None:
    for word in (SSID, PASSWORD):
        for form in (word, repr(word)[1:-1], json.dumps(word)[1:-1], repr(word.encode())[2:-1]):
            assert form not in text
            assert json.dumps(form)[1:-1] not in text


def test_it_joins_and_nothing_holds_the_password(bench: Path) -> None:
    results, left = run(bench, "peer.half-close", "peer.tls-echo")
    assert [result["outcome"] for result in results] == ["conforms", "conforms"]
    assert "joining" in left  # the board did say it
    assert HIDDEN in left
    assert "192.168.7.50" in left
    assert_secret(left)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("BENCH_PASSWORD", "another", "it does not join its network: 202"),
        ("BENCH_PASSWORD", "quarrel", "it does not join its network: OSError"),
        ("BENCH_PASSWORD", "", "the environment has no BENCH_PASSWORD"),
    ],
)
def test_what_keeps_it_out_is_no_verdict(
    bench: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    why: str,
) -> None:
    monkeypatch.setenv(name, value)
    results, left = run(bench, "peer.half-close")
    assert [result["outcome"] for result in results] == ["unsupported"]
    assert f"network: {why}" in results[0]["why"]
    assert f"board picow: no network: {why}" in left
    assert "quarrel" not in left
    assert SSID not in left


def test_a_host_that_is_not_there(bench: Path, picow: VirtualBoard) -> None:
    bench.write_text(BENCH.format(port=picow.port, host="192.0.2.77"), "utf-8")
    [finding] = [finding for finding in walk(load(bench)) if finding.check == "network"]
    assert not finding.well
    assert "this machine cannot listen at 192.0.2.77" in finding.what


def test_doctor_meets_it(bench: Path) -> None:
    [finding] = [finding for finding in walk(load(bench)) if finding.check == "network"]
    assert finding.well
    assert finding.what == f"it is at {HERE}, this machine at {HERE}, and they meet"


def test_credentials_in_a_file(tmp_path: Path) -> None:
    network = BoardNetwork(credentials="wifi.toml", join_s=1)
    path = tmp_path / "wifi.toml"
    path.write_text('ssid = "a"\npassword = "b"\n', "utf-8")
    assert network.secrets(tmp_path) == ("a", "b")
    for text in ("", 'ssid = 1\npassword = "hush-hush"', 'ssid = "hush-hush\n', 'pasword = "x"'):
        path.write_text(text, "utf-8")
        with pytest.raises(RigError) as caught:
            network.secrets(tmp_path)
        assert str(path) in str(caught.value)
        assert "hush-hush" not in str(caught.value)
    path.unlink()
    with pytest.raises(RigError, match=r"wifi\.toml"):
        network.secrets(tmp_path)


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ('ssid_env = "A"\ncredentials = "x.toml"', "network.credentials: and an environment"),
        ('password_env = "A"', "network.password_env: a password, and no ssid_env"),
        ('gateway = "192.168.7.1"', "network.gateway: only a static address needs one"),
        ('address = "192.168.7.50"', "says nothing of the netmask"),
        ('host = "pc.local"', "network.host"),
        ('reaches = "own"', "network.reaches: a board of kind 'serial' does not use it"),
        ('password = "hush"', "unknown key board.a.network.password"),
    ],
)
def test_a_table_that_does_not_fit(tmp_path: Path, table: str, what: str) -> None:
    path = tmp_path / "bench.toml"
    path.write_text(f'[board.a]\nport = "/dev/ttyACM9"\n[board.a.network]\n{table}\n', "utf-8")
    with pytest.raises(UsageError) as caught:
        load(path)
    assert what in str(caught.value)
    assert "hush" not in str(caught.value)


def test_a_static_address() -> None:
    network = BoardNetwork(address="10.1.2.3/16", join_s=1)
    assert network.static() == ("10.1.2.3", "255.255.0.0", "10.1.0.1", "10.1.0.1")


def test_a_secret_is_taken_out_wherever_it_is() -> None:
    execution = Execution("x", "board", output="pw: long-enough! a cat sat", how="long-enough!")
    execution.params = {"wlan": ["a", "long-enough!", None, 3]}
    execution.events = [Event("e", 0, (["long-enough!"], {"k": b"xlong-enough!x"}, 3))]
    scrub(execution, ("long-enough!", "a"))
    assert execution.output == f"pw: {HIDDEN} {HIDDEN} cat sat"  # a short one only as a word
    assert execution.how == HIDDEN
    assert execution.params == {"wlan": [HIDDEN, HIDDEN, None, 3]}
    assert execution.events[0].data == ([HIDDEN], {"k": f"x{HIDDEN}x".encode()}, 3)


def test_a_connection_that_is_noticed_late_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the script may have ended before anybody has looked at the listener."""
    monkeypatch.setattr("rig.net.peer.LOOK_S", 30.0)
    network = NetworkStation(host="127.0.0.1", board="127.0.0.1", trouble="")
    for _ in range(20):
        with (
            Peer(network).serving(lambda line: line.tell("got", line.rest())) as there,
            there.lock,
            socket.create_connection(("127.0.0.1", there.port)) as client,
        ):
            client.sendall(b"all of it")
        assert there.values("got") == [b"all of it"]


def test_a_host_that_is_late_reads_what_the_board_sent() -> None:
    """Busy elsewhere for longer than it waits for a connection that is silent."""
    peer = Peer(NetworkStation(host="127.0.0.1"))

    def late(line: Line) -> None:
        time.sleep(1.5)
        line.tell("got", len(line.rest()))

    with peer.serving(late) as there, socket.create_connection(("127.0.0.1", there.port)) as board:
        board.sendall(bytes(100_000))
    assert there.told == [("got", 100_000)]


def test_a_host_that_nothing_comes_to_is_not_waited_for() -> None:
    peer = Peer(NetworkStation(host="127.0.0.1"))
    began = time.monotonic()
    with socket.socket() as board:
        with peer.serving(lambda line: line.tell("got", line.line())) as there:
            board.connect(("127.0.0.1", there.port))
        assert time.monotonic() - began < 3
