"""How fast a million samples come from a meter, and what they cost in memory.

    python benchmarks/fetch_speed.py [--samples N] [--repeats N]

The ways a program may read them with pyvisa, side by side in one run over one loopback socket:
`read_bytes` with `numpy.frombuffer`, the least that can be done; the rig's own way
(`Session.block` and the checks of `from_readings`); pyvisa's `query_binary_values`; ASCII. The
fastest fetch of each counts, for a busy host only ever adds. Peak memory is what Python and
NumPy have allocated at once during one fetch (tracemalloc).
"""

from __future__ import annotations

import argparse
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from rig.meters.samples import from_readings
from rig.meters.visa import Session, numbers

Way = Callable[[Session, int], np.ndarray]
ASCII_SHARE = 10
"""ASCII is so slow that it is timed on a tenth of the samples."""


def serve(samples: int) -> int:
    """A meter that only knows FETC? (a block) and READ? (text); returns its port."""
    values = np.random.default_rng(0).normal(1e-3, 1e-4, samples)
    data = values.astype(">f8").tobytes()
    head = f"#{len(str(len(data)))}{len(data)}".encode()
    text = b",".join(b"%+.8E" % value for value in values[: samples // ASCII_SHARE])
    answers = {b"FETC?": head + data + b"\n", b"READ?": text + b"\n"}
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        while True:
            client, _ = listener.accept()
            with client, client.makefile("rb") as lines:
                for line in lines:
                    client.sendall(answers[line.strip()])

    threading.Thread(target=run, daemon=True).start()
    return int(listener.getsockname()[1])


def read_bytes(session: Session, samples: int) -> np.ndarray:
    with session.unterminated():
        session.instrument.write("FETC?")
        length = int(session.take(int(session.take(2)[1:])))
        data = session.instrument.read_bytes(length, chunk_size=length)
        session.take(1)
    return np.frombuffer(data, ">f8")


def block(session: Session, samples: int) -> np.ndarray:
    return from_readings(session.block("FETC?", ">f8"), 1e-3, 0.1).current_a


def query_binary_values(session: Session, samples: int) -> np.ndarray:
    return np.asarray(
        session.instrument.query_binary_values(
            "FETC?", "d", is_big_endian=True, container=np.ndarray
        )
    )


def ascii_(session: Session, samples: int) -> np.ndarray:
    return numbers(session.ask("READ?").encode(), session.resource)


WAYS: dict[str, Way] = {
    "read_bytes": read_bytes,
    "block": block,
    "query_binary_values": query_binary_values,
    "ascii": ascii_,
}


def once(way: str, session: Session, samples: int) -> tuple[float, float]:
    """Seconds, and CPU seconds of the reading thread, that all samples take."""
    began, busy = time.perf_counter(), time.thread_time()
    got = WAYS[way](session, samples)
    took, cost = time.perf_counter() - began, time.thread_time() - busy
    expected = samples // ASCII_SHARE if way == "ascii" else samples
    assert len(got) == expected, f"{way}: {len(got)} of {expected} samples"
    return took * samples / expected, cost * samples / expected


def peak(way: str, session: Session, samples: int) -> int:
    """Bytes allocated at once during one fetch."""
    tracemalloc.start()
    WAYS[way](session, samples)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=9)
    args = parser.parse_args()
    session = Session(f"TCPIP::127.0.0.1::{serve(args.samples)}::SOCKET", timeout_s=60)
    taken: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
    for _ in range(args.repeats):
        for way in WAYS:  # in turn, so that a slow moment of the host hits all of them
            taken[way].append(once(way, session, args.samples))
    least = min(took for took, _ in taken["read_bytes"])
    print(f"{args.samples} samples of 8 bytes, the fastest of {args.repeats} fetches")
    print(f"{'way':<22}{'MS/s':>8}{'of read_bytes':>16}{'CPU ms':>10}{'peak, of samples':>20}")
    for way, times in taken.items():
        best = min(took for took, _ in times)
        cpu = min(cost for _, cost in times)
        share = args.samples // ASCII_SHARE if way == "ascii" else args.samples
        memory = peak(way, session, args.samples) / (share * 8)
        rate = args.samples / best / 1e6
        print(f"{way:<22}{rate:>8.1f}{least / best:>16.2f}{cpu * 1e3:>10.1f}{memory:>20.2f}")


if __name__ == "__main__":
    main()
