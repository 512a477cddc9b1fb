"""A long life of connections that end badly."""

from __future__ import annotations

import math

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.heap import ELSEWHERE, aside, grown, least_kept, may_keep
from host.latency import numbers
from host.test_life import times
from host.waits import allowance, machines

BATCHES, EACH = 4, 18
"""Together more than the 64 connections that a stack has room for at most."""


def badly_ended(board: BoardUnderTest, how: str) -> None:
    each = EACH * times(board)
    most = may_keep(each)

    def live(aside: int) -> int:
        run = board.run(
            "life/bad_ends", prefix=f"streams/loopback {ELSEWHERE}", how=how, batches=BATCHES,
            each=each, aside=aside, deadline=40.0 * times(board),
        )  # fmt: skip
        assert run.value("wrong") == []
        return grown(numbers(run, "used"))

    assert least_kept(live, most) < most


@claim("life.failed-handlers")
def test_failed_handlers(board: BoardUnderTest) -> None:
    badly_ended(board, "raises")


@claim("life.cancelled-handlers")
def test_cancelled_handlers(board: BoardUnderTest) -> None:
    badly_ended(board, "cancelled")


@claim("life.timed-out-handlers")
def test_timed_out_handlers(board: BoardUnderTest) -> None:
    badly_ended(board, "late")


@claim("life.gone-clients")
def test_gone_clients(board: BoardUnderTest) -> None:
    badly_ended(board, "gone")


def over_again(board: BoardUnderTest, record: Record, how: str) -> None:
    """As often, in the long form too: a port that closes no socket in its collections has but so
    many."""
    most, kept = may_keep(EACH), math.inf
    later = allowed = 0.0
    for number, machine in enumerate(machines(board, record)):
        run = board.run(
            "life/again",
            prefix=f"streams/loopback {ELSEWHERE}",
            deadline=40,
            how=how,
            batches=BATCHES,
            each=EACH,
            aside=aside(number),
        )
        assert run.value("wrong") == []
        kept = min(kept, grown(numbers(run, "used")))
        first, last = run.values("asked")
        later, allowed = (last - first) / 1e6, allowance(board, 0.0, machine)
        if later <= allowed and kept < most:
            break
    assert kept < most
    assert later <= allowed


@claim("life.clients-that-gave-up")
def test_clients_that_gave_up(board: BoardUnderTest, record: Record) -> None:
    over_again(board, record, "gives up")


@claim("life.refused-clients")
def test_refused_clients(board: BoardUnderTest, record: Record) -> None:
    over_again(board, record, "refused")


@claim("life.servers-again")
def test_servers_again(board: BoardUnderTest, record: Record) -> None:
    over_again(board, record, "servers")
