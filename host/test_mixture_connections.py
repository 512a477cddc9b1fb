"""Connections by chance: sizes, pauses, ways to read and ends by seed, several at once."""

from __future__ import annotations

from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from host.chance import CHANCE
from host.test_tls import CERTIFICATE, KEY
from rig.errors import Unsupported

LOOPBACK = "streams/loopback"
SEEDS = (14, 5172, 6714)
CLIENTS = 6
FIRST = 4  # fewer than the default backlog, 5
TOTAL = 2900
"""Bytes each way: more than one segment of Ethernet, and a size of each kind."""


def met(
    board: BoardUnderTest, seed: int, clients: int = CLIENTS, certificate: bytes = b""
) -> list[Any]:
    """What each side of each connection was told: its name, number, how the connection is to end,
    bytes that came as sent, and how it did end."""
    execution = board.run(
        "streams/mixture", prefix=f"{LOOPBACK} {CHANCE}", deadline=40,
        seed=seed, clients=clients, total=TOTAL, certificate=certificate, key=KEY,
    )  # fmt: skip
    return [event.data for event in execution.all("got")]


@claim("connection.mixture")
def test_connection_mixture(board: BoardUnderTest) -> None:
    for seed in SEEDS:
        got = met(board, seed)
        for side in ("server", "client"):
            came = sorted(event for event in got if event[0] == side and event[1] % 4 < 2)
            assert [event[3:] for event in came] == [(TOTAL, "all")] * 4, seed


@claim("connection.mixture-of-ends")
def test_mixture_of_ends(board: BoardUnderTest) -> None:
    for seed in SEEDS:
        got = met(board, seed)
        ends = sorted(event for event in got if event[0].endswith("then"))
        assert [event[3:] for event in ends] == [(0, "end")] * 4, seed
        halves = [event[3:] for event in got if event[2] == "half"]
        assert halves == [(TOTAL // 2, "end")], seed
        for _, _, _, size, how in (event for event in got if event[2] == "reset"):
            assert how in ("end", "error"), seed
            assert size <= TOTAL // 2, seed


@claim("tls.mixture")
def test_tls_mixture(board: BoardUnderTest) -> None:
    got = met(board, SEEDS[0], clients=2, certificate=CERTIFICATE)
    came = sorted(event for event in got if event[4] != "end")
    assert [(side, *rest) for side, _, _, *rest in came] == [
        (side, TOTAL, "all") for side in ("client", "client", "server", "server")
    ]


@claim("server.first-come")
def test_first_come(board: BoardUnderTest) -> None:
    if board.mirrored:
        raise Unsupported("clients of its own: the host brings them in an order of its own")
    execution = board.run("streams/first_come", prefix=LOOPBACK, clients=FIRST)
    assert execution.value("order") == list(range(FIRST))
