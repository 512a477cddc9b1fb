"""Runners for the fault table: each runs scripts in turn on a port and prints one JSON line a
script, `{"script": "t1", "pass": true, "said": "…"}`, as soon as it knows.

    python -m benchmarks.fault_clients RUNNER PORT SCRIPT... [--option VALUE]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path


def say(script: Path, passed: bool, said: str) -> None:
    print(json.dumps({"script": script.stem, "pass": passed, "said": said}), flush=True)


def expected(script: Path) -> str:
    return Path(f"{script}.exp").read_text("utf-8")


def looprig(port: str, scripts: list[Path], args: argparse.Namespace) -> None:
    """This project's transport, as `looprig run` uses it: a test is good when it finished, its
    output is right and nothing was damaged. `errored` is the rig's fault, `crashed` the board's."""
    from rig.board.board import Board
    from rig.board.execution import Ended
    from rig.board.program import assemble
    from rig.errors import LooprigError

    board = Board("board", port, power_cycle=args.power_cycle, deadline_scale=args.scale)
    board.info.features = ["deflate", "binascii.crc32"]
    for script in scripts:
        code = assemble([(script.name, script.read_text("utf-8"))], {})
        started = time.monotonic()
        try:
            done = board.push(script.stem, code, args.deadline)
        except LooprigError as error:
            say(script, False, f"errored: {error}")
            if board.info.lost:
                print(json.dumps({"lost": board.info.lost}), flush=True)
                break
            continue
        right = done.output == expected(script) or script.stem == "t2"
        good = done.ended is Ended.FINISHED and not done.damage and right
        verdict = done.ended.value
        if done.damage:
            verdict = f"errored ({done.damage[0]})"
        elif done.ended is Ended.FINISHED and not right:
            verdict = f"wrong output {done.output[:80]!r}"
        say(script, good, f"{verdict} after {time.monotonic() - started:.1f} s")
        if board.info.lost:
            print(json.dumps({"lost": board.info.lost}), flush=True)
            break
    board.close()


def mpremote_api(port: str, scripts: list[Path], args: argparse.Namespace) -> None:
    """mpremote's transport class with its own time-out of 10 s a test."""
    from mpremote.transport import TransportError
    from mpremote.transport_serial import SerialTransport

    transport = SerialTransport(port)
    for script in scripts:
        try:
            transport.enter_raw_repl()
            output, failure = transport.exec_raw(script.read_text("utf-8"), timeout=10)
        except TransportError as error:
            say(script, False, str(error))
            continue
        text = output.decode(errors="replace").replace("\r\n", "\n")
        say(script, not failure and text == expected(script), text[-80:])


def mpremote(port: str, scripts: list[Path], args: argparse.Namespace) -> None:
    """The mpremote command, once a script."""
    for script in scripts:
        command = [sys.executable, "-m", "mpremote", "connect", port, "run", str(script)]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        text = done.stdout.replace("\r\n", "\n")
        say(script, not done.returncode and text == expected(script), text[-80:])


def belay(port: str, scripts: list[Path], args: argparse.Namespace) -> None:
    """belay, connecting anew for each script."""
    from belay import Device

    for script in scripts:
        lines: list[str] = []
        try:
            with Device(port, startup="") as device:
                device(script.read_text("utf-8"), stream_out=_Lines(lines))
        except Exception as error:
            say(script, False, str(error)[-80:])
            continue
        text = "".join(lines).replace("\r\n", "\n")
        say(script, text == expected(script), text[-80:])


class _Lines:
    """A stream that keeps what is written to it."""

    def __init__(self, lines: list[str]) -> None:
        self.write: Callable[[str], None] = lines.append


def run_tests(port: str, scripts: list[Path], args: argparse.Namespace) -> None:
    """MicroPython's own tests/run-tests.py."""
    command = [sys.executable, "run-tests.py", "-t", port, *map(str, scripts)]
    tests = Path(args.micropython) / "tests"
    with subprocess.Popen(
        command, cwd=tests, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace",
    ) as process:  # fmt: skip
        assert process.stdout
        for line in process.stdout:
            words = line.split()
            for script in scripts:
                if len(words) >= 2 and Path(words[1]).stem == script.stem:
                    say(script, words[0] == "pass", line.strip()[-80:])


RUNNERS = {
    "looprig": looprig,
    "mpremote-api": mpremote_api,
    "mpremote": mpremote,
    "belay": belay,
    "run-tests": run_tests,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("runner", choices=RUNNERS)
    parser.add_argument("port")
    parser.add_argument("scripts", type=Path, nargs="+")
    parser.add_argument("--deadline", type=float, default=10.0)
    parser.add_argument("--scale", type=float, default=1.0, help="looprig's deadline_scale")
    parser.add_argument("--power-cycle", default="")
    parser.add_argument("--micropython", default="")
    args = parser.parse_args()
    RUNNERS[args.runner](args.port, args.scripts, args)


if __name__ == "__main__":
    main()
