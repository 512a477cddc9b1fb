"""Streams that are always ready, where no other task is: they share, and starve nobody."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest
from host.test_streams import TURNS_TO_SERVE, run

READS = 2 * TURNS_TO_SERVE


@claim("stream.ready-streams-share")
def test_ready_streams_share(board: BoardUnderTest) -> None:
    shares = run(board, "always_ready", reads=READS, beside=False).value("share")
    assert len(shares) == 4
    assert shares[0] >= shares[-1] // 2


@claim("stream.ready-stream-starves-none")
def test_ready_stream_starves_none(board: BoardUnderTest) -> None:
    came = run(board, "always_ready", reads=READS, beside=True).values("beside")
    assert [what for what, _ in came] == [each for each in ("reader", "writer", "flag")
                                          for _ in range(2)]  # fmt: skip
    assert [(what, reads) for what, reads in came if reads > TURNS_TO_SERVE] == []
