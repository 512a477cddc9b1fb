"""MicroPython's tests of two instances (`multi_net`): the board is the one, and then the other.

The instances speak by what they print, as under run-multitests.py of the suite: SET gives the
second a global, NEXT lets it begin, BROADCAST is sent to the other's standard input once that has
said NEXT. The host's instance is a MicroPython on this machine; what a test should print that has
no `.exp` two CPythons are asked.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rig.board.board import Board
from rig.board.execution import Execution
from rig.board.link import Link
from rig.board.program import Program
from rig.board.shrink import shrink
from rig.net.meeting import port, wlan
from rig.networks import NetworkStation
from rig.upstream.networked import front

INSTANCE = re.compile(r"^def instance(\d+)\(", re.MULTILINE)
QUIET_S = 10.0
"""Silence after which upstream gives an instance up (INSTANCE_READ_TIMEOUT_S)."""
OVER_S = 2.0
"""For an instance that has ended to say so."""
END = b"\x04"
ONE_PAIR = threading.Lock()
"""The tests all listen on the same port: of what plays on this machine one pair does at a time."""
MULTITEST = """
import sys
class multitest:
    @staticmethod
    def flush():
        try:sys.stdout.flush()
        except AttributeError:pass
    @staticmethod
    def tell(*what):
        print(*what)
        multitest.flush()
    @staticmethod
    def skip():
        multitest.tell("SKIP")
        raise SystemExit
    @staticmethod
    def next():
        multitest.tell("NEXT")
    @staticmethod
    def broadcast(msg):
        multitest.tell("BROADCAST", msg)
    @staticmethod
    def wait(msg):
        while sys.stdin.readline().rstrip() != "BROADCAST " + msg:pass
    @staticmethod
    def globals(**given):
        for name in given:multitest.tell("SET %s = %r" % (name, given[name]))
    @staticmethod
    def get_network_ip():
        return HOST_IP
    @staticmethod
    def output_metric(data):
        multitest.tell("OUTPUT_METRIC", data)
"""


BESIDE = re.compile(r"[\"'](\w+\.der)[\"']")
FILES = """
import os
_made=[]
for _n,_d in {files!r}:
    try:os.stat(_n)
    except OSError:
        try:
            with open(_n,'wb')as _f:_f.write(_d)
            _made.append(_n)
        except OSError:
            print('SKIP')
            raise SystemExit
"""
"""Certificates that lie beside a test, written to the board for as long as it takes."""
NO_FILES = "\nfor _n in _made:os.remove(_n)\n"


def known(name: str, root: Path) -> bool:
    """Whether the test has two instances, no more, and speaks of a network."""
    if not name.startswith("multi_net/"):
        return False
    numbers = INSTANCE.findall((root / name).read_text(encoding="utf-8"))
    return sorted(set(numbers)) == ["0", "1"]


def lacking(network: NetworkStation | None) -> str:
    """Why a board that has met the host cannot be one of two instances; '' if it can."""
    if network and network.cable:
        return 'network: the board\'s own is closed to others; write network = "machine"'
    return ""


@dataclass
class Exchange:
    """What the two have told each other."""

    globals: str = ""
    skips: bool = False


@dataclass
class Instance:
    """One of the two: what it printed, and what it may tell the other."""

    exchange: Exchange
    tell: Callable[[bytes], object] | None = None  # by which its standard input is reached
    other: Instance | None = None
    lines: list[str] = field(default_factory=list)
    ready: threading.Event = field(default_factory=threading.Event)
    waiting: list[bytes] = field(default_factory=list)  # for it, until it is ready
    lock: threading.Lock = field(default_factory=threading.Lock)

    def told(self, line: bytes) -> None:
        """What the other says to all: it goes to the standard input of one that is ready."""
        with self.lock:
            if self.tell and self.ready.is_set():
                self.tell(line)
            else:
                self.waiting.append(line)

    def is_ready(self) -> None:
        with self.lock:
            self.ready.set()
            while self.tell and self.waiting:
                self.tell(self.waiting.pop(0))

    def heard(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "SET":
            self.exchange.globals += f"{rest}\n"
        elif line in ("NEXT", "SKIP"):
            self.exchange.skips |= line == "SKIP"
            self.is_ready()
        elif word == "BROADCAST" and self.other:
            self.other.told(f"{line}\r\n".encode())
        elif word != "OUTPUT_METRIC" and "\x1e" not in line:  # a record of the rig's own
            self.lines.append(line)

    def follow(self, link: Link) -> None:
        """While a board runs it: hear it to its end, and leave all that came to who judges it."""
        self.tell = link.send
        came = rest = b""
        while END not in came:
            piece = link.read_some(link.clock.by(QUIET_S))
            if not piece:
                break
            came += piece
            *whole, rest = (rest + piece.partition(END)[0]).split(b"\n")
            for line in whole:
                self.heard(line.decode("utf-8", "backslashreplace").rstrip("\r"))
        self.ready.set()
        link.unread(came)


def pair() -> tuple[Instance, Instance]:
    """Two that hear each other."""
    exchange = Exchange()
    first, second = Instance(exchange), Instance(exchange)
    first.other, second.other = second, first
    return first, second


def printed(first: Instance, second: Instance) -> str:
    """What run-multitests.py compares with an `.exp`."""
    if first.exchange.skips:
        return "SKIP"
    return "".join(
        f"--- instance{number} ---\n" + "\n".join(instance.lines) + "\n"
        for number, instance in enumerate((first, second))
    )


def script(path: Path, number: int, address: str, given: str) -> str:
    text = path.read_text(encoding="utf-8")
    return f"{text}\n{MULTITEST}\nHOST_IP = {address!r}\n{given}\ninstance{number}()\n"


def program(path: Path, number: int, board: Board, network: NetworkStation, given: str) -> Program:
    """An instance as it is sent; a board that has to join its network does so first."""
    params = {"host": network.host, "port": 0, "near": port(), "wlan": wlan(network, board)}
    before = front(params, ["peer/join"] if params["wlan"] else [])
    text = script(path, number, network.board or network.host, given)
    if files := beside(path, text):
        before += FILES.format(files=files)
        text += NO_FILES
    first = before.count("\n") + 1
    return Program(before + shrink(text), ((1, "looprig"), (first, path.name)), bare=True)


def beside(path: Path, text: str) -> list[tuple[str, bytes]]:
    """The certificates that a test names, where they lie beside it."""
    found = {name: path.with_name(name) for name in BESIDE.findall(text)}
    return [(name, there.read_bytes()) for name, there in found.items() if there.is_file()]


def together(
    path: Path, boards: tuple[tuple[Board, NetworkStation], tuple[Board, NetworkStation]]
) -> tuple[str, list[Execution]]:
    """Run both instances, the second once the first is ready: what they printed, and how each
    ended."""
    with ONE_PAIR:
        return _together(path, boards)


def _together(
    path: Path, boards: tuple[tuple[Board, NetworkStation], tuple[Board, NetworkStation]]
) -> tuple[str, list[Execution]]:
    instances = pair()
    ended: dict[int, Execution] = {}

    def run(number: int) -> None:
        board, network = boards[number]
        given = instances[number].exchange.globals
        sent = program(path, number, board, network, given)
        try:
            ended[number] = board.push(
                path.name, sent, OVER_S, while_running=instances[number].follow
            )
        finally:
            instances[number].ready.set()

    thread = threading.Thread(target=run, args=(0,), daemon=True)
    thread.start()
    instances[0].ready.wait()
    if not instances[0].exchange.skips:
        run(1)
    thread.join()
    for number, execution in ended.items():
        instances[number].lines += execution.traceback.splitlines()
    return printed(*instances), [ended[number] for number in sorted(ended)]


def told_by_cpython(path: Path) -> str:
    """What two CPythons print, on this machine."""
    with ONE_PAIR:
        return _told_by_cpython(path)


def _told_by_cpython(path: Path) -> str:
    python = os.environ.get("MICROPY_CPYTHON3", sys.executable)
    instances = pair()
    processes = []

    def hear(instance: Instance, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            instance.heard(line.rstrip("\r\n"))
        instance.ready.set()

    threads = []
    for number, instance in enumerate(instances):
        text = script(path, number, "127.0.0.1", instance.exchange.globals)
        process = subprocess.Popen(
            [python, "-uBS", "-c", text], cwd=path.parent, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=1,
        )  # fmt: skip
        processes.append(process)
        assert process.stdin is not None
        instance.tell = writing(process)
        threads.append(threading.Thread(target=hear, args=(instance, process), daemon=True))
        threads[-1].start()
        instance.ready.wait(QUIET_S)
        if instance.exchange.skips:
            break
    for process, thread in zip(processes, threads, strict=True):
        try:
            process.wait(3 * QUIET_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        thread.join(OVER_S)
    return printed(*instances)


def writing(process: subprocess.Popen[str]) -> Callable[[bytes], object]:
    def write(data: bytes) -> None:
        assert process.stdin is not None
        process.stdin.write(data.decode())
        process.stdin.flush()

    return write
