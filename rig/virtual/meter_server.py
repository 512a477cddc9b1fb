"""A virtual meter: a SCPI server on loopback that measures a virtual board.

    python -m rig.virtual.meter_server --pid-file FILE [--dialect NAME] [--noise A] …

It prints `ready TCPIP::127.0.0.1::PORT::SOCKET` and ends when its standard input closes. A real
VISA session talks to it and cannot tell it from an instrument on the network. Standard input is its
front panel, too: the lines `on` and `off` are its output key.
"""

from __future__ import annotations

import argparse
import socket
import sys
import threading
from pathlib import Path

from rig import streams
from rig.errors import RigError
from rig.virtual.current_model import CurrentModel
from rig.virtual.instruments import BY_NAME
from rig.virtual.instruments.acquisition import Watched
from rig.virtual.instruments.logger import Logger
from rig.virtual.instruments.misbehaviour import MISBEHAVIOURS, Misbehaviour
from rig.virtual.recorded import Emulation
from rig.virtual.runnable import PidFile
from rig.virtual.supply import Switch

LINE_LIMIT = 1 << 16


def serve_one(client: socket.socket, instrument: Logger, misbehaviour: Misbehaviour) -> None:
    """Answer program messages, one a line, until the client goes away."""
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with client, client.makefile("rb") as lines:
        while line := lines.readline(LINE_LIMIT):
            reply = instrument.execute(line.decode("ascii", "replace").strip())
            if reply is None:
                continue
            altered = misbehaviour.alter(reply + b"\n")
            if altered is None:
                return
            client.sendall(altered)


def serve(listener: socket.socket, instrument: Logger, misbehaviour: Misbehaviour) -> None:
    """One client at a time, as most instruments have it."""
    while True:
        client, _ = listener.accept()
        try:
            serve_one(client, instrument, misbehaviour)
        except OSError:
            continue  # the client hung up in the middle: the next one is served
        except RigError as error:  # of its emulator: no reading, and no word to who waits for one
            print(error, file=sys.stderr, flush=True)


def at_least_0(text: str) -> float:
    """A finite number that is not negative. Raises ValueError: argparse makes a sentence of it."""
    value = float(text)
    if not 0 <= value < float("inf"):
        raise ValueError
    return value


at_least_0.__name__ = "number of at least 0"


def main() -> None:
    streams.prepare()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--pid-file", type=Path)
    parser.add_argument("--activity-port", help="activity port of an emulated board")
    parser.add_argument("--dialect", choices=sorted(BY_NAME), default="keysight-34465a")
    parser.add_argument("--floor", type=at_least_0, default=1.3e-3, help="current asleep, A")
    parser.add_argument("--busy", type=at_least_0, default=24e-3, help="current running, A")
    parser.add_argument("--noise", type=at_least_0, default=0.0, help="white noise, A rms a sample")
    parser.add_argument("--drift", type=at_least_0, default=0.0, help="random walk, A in 1 s")
    parser.add_argument("--step", type=at_least_0, default=0.0, help="quantisation, A")
    parser.add_argument("--burden", type=at_least_0, default=0.0, help="shunt, ohm")
    parser.add_argument("--supply", type=float, default=5.0, help="supply, V")
    parser.add_argument("--feeds", type=Path, help="supply socket of the board it feeds")
    parser.add_argument("--output", choices=["on", "off"], default="off", help="as it is found")
    parser.add_argument("--brownout", type=at_least_0, default=0.0, help="least the board needs, V")
    parser.add_argument("--wired", type=int, default=1, help="channel the board hangs on")
    parser.add_argument("--misbehave", choices=sorted(MISBEHAVIOURS), default="")
    parser.add_argument("--seed", type=int)
    args = parser.parse_args()
    model = CurrentModel(
        floor_a=args.floor,
        busy_a=args.busy,
        noise_a=args.noise,
        drift_a=args.drift,
        step_a=args.step,
        burden_ohm=args.burden,
        supply_v=args.supply,
        seed=args.seed,
    )
    board: Watched | None = PidFile(args.pid_file) if args.pid_file else None
    if args.activity_port:
        board = Emulation(args.activity_port)
    switch = Switch(args.feeds) if args.feeds else None
    instrument = BY_NAME[args.dialect](board, model, switch, args.brownout)
    if args.output == "on":
        instrument.conduct(True)
    instrument.wired = args.wired
    misbehaviour = Misbehaviour(args.misbehave)
    misbehaviour.prepare(instrument)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    arguments = (listener, instrument, misbehaviour)
    threading.Thread(target=serve, args=arguments, daemon=True).start()
    print(f"ready TCPIP::127.0.0.1::{port}::SOCKET", flush=True)
    for key in sys.stdin.buffer:
        if key.strip() in (b"on", b"off"):
            instrument.conduct(key.strip() == b"on")


if __name__ == "__main__":
    main()
