"""Connections by chance: sizes, pauses, ways to read and ends by seed, several at once."""

from __future__ import annotations

from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from host.test_tls import CERTIFICATE, KEY

LOOPBACK = "streams/loopback"
SEEDS = (14, 5172, 6714)
CLIENTS = 6
TOTAL = 2900
"""Bytes each way: more than one segment of Ethernet, and a size of each kind."""


def met(
    board: BoardUnderTest, seed: int, clients: int = CLIENTS, certificate: bytes = b""
) -> tuple[list[int], list[Any]]:
    """The clients in the order in which they were accepted, and what each side of each was told:
    its name, number, how the connection is to end, bytes that came as sent, and how it did end."""
    execution = board.run(
        "streams/mixture", prefix=LOOPBACK, deadline=40,
        seed=seed, clients=clients, total=TOTAL, certificate=certificate, key=KEY,
    )  # fmt: skip
    order = execution.value("order")
    assert isinstance(order, list)
    return order, [event.data for event in execution.all("got")]


@claim("connection.mixture")
def test_connection_mixture(board: BoardUnderTest) -> None:
    for seed in SEEDS:
        _, got = met(board, seed)
        for side in ("server", "client"):
            came = sorted(event for event in got if event[0] == side and event[1] % 4 < 2)
            assert [event[3:] for event in came] == [(TOTAL, "all")] * 4, seed


@claim("connection.mixture-of-ends")
def test_mixture_of_ends(board: BoardUnderTest) -> None:
    for seed in SEEDS:
        _, got = met(board, seed)
        ends = sorted(event for event in got if event[0].endswith("then"))
        assert [event[3:] for event in ends] == [(0, "end")] * 4, seed
        halves = [event[3:] for event in got if event[2] == "half"]
        assert halves == [(TOTAL // 2, "end")], seed
        for _, _, _, size, how in (event for event in got if event[2] == "reset"):
            assert how in ("end", "error"), seed
            assert size <= TOTAL // 2, seed


@claim("tls.mixture")
def test_tls_mixture(board: BoardUnderTest) -> None:
    _, got = met(board, SEEDS[0], clients=2, certificate=CERTIFICATE)
    came = sorted(event for event in got if event[4] != "end")
    assert [(side, *rest) for side, _, _, *rest in came] == [
        (side, TOTAL, "all") for side in ("client", "client", "server", "server")
    ]


@claim("server.first-come")
def test_first_come(board: BoardUnderTest) -> None:
    assert met(board, SEEDS[0])[0] == list(range(CLIENTS))
