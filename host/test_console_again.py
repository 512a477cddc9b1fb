"""Ctrl-C again and again, and what is typed behind it."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest
from host.test_console import LATE_S, told
from rig.board.link import Link

TIMES = 2


def interrupts_and_types(link: Link) -> None:
    text = b""
    for key in (b"\x03", b"typed\n") * TIMES:
        before = told(link)
        if before is None:
            break
        text += before
        if key == b"\x03":
            link.clock.rest(LATE_S)  # the loop waits by then, also on a busy machine
        link.send(key)
    link.unread(text)


@claim("console.interrupt-again")
def test_interrupt_again(board: BoardUnderTest) -> None:
    execution = board.run(
        "console/interrupt_again", while_running=interrupts_and_types, times=TIMES, deadline=20
    )
    came = [event.data for event in execution.all("came")]
    assert came == [("interrupted", b"typed\n")] * TIMES
