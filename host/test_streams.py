"""Streams over a memory stream of our own, which every board can have."""

from __future__ import annotations

from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from rig.board.execution import Execution

MEMORY = "streams/memory"
TURNS_TO_SERVE = 40
"""Turns of other tasks within which a ready stream must be served: some of each of them."""


def run(board: BoardUnderTest, name: str, **params: Any) -> Execution:
    return board.run(f"streams/{name}", prefix=MEMORY, **params)


@claim("stream.read")
def test_read(board: BoardUnderTest) -> None:
    assert run(board, "reading").values("read") == [b"abcd", b"ef"]


@claim("stream.read-all")
def test_read_all(board: BoardUnderTest) -> None:
    assert run(board, "reading").values("all") == [b"abcde", b"xyz"]


@claim("stream.read-at-end")
def test_read_at_end(board: BoardUnderTest) -> None:
    assert run(board, "reading").value("at-end") == (b"", b"", b"")


@claim("stream.read-nothing-after-all")
def test_read_nothing_after_all(board: BoardUnderTest) -> None:
    assert run(board, "reading").values("after-none") == [b"ab", b"c"]


@claim("stream.readexactly")
def test_readexactly(board: BoardUnderTest) -> None:
    execution = run(board, "reading")
    assert execution.values("exactly") == [b"abcdef", b"gh", b"", b"i"]
    assert execution.value("type") == "bytes"


@claim("stream.readexactly-eof")
def test_readexactly_eof(board: BoardUnderTest) -> None:
    execution = run(board, "reading")
    assert execution.names.count("eof-error") == 2
    assert "short" not in execution.names


@claim("stream.readinto")
def test_readinto(board: BoardUnderTest) -> None:
    buffers = [event.data[1] for event in run(board, "reading").all("into")]
    assert buffers == [b"abcd", b"ef..", b"...."]


@claim("stream.readinto-count")
def test_readinto_count(board: BoardUnderTest) -> None:
    counts = [event.data[0] for event in run(board, "reading").all("into")]
    assert counts == [4, 2, 0]


@claim("stream.readline")
def test_readline(board: BoardUnderTest) -> None:
    lines = run(board, "reading").values("line")
    assert lines == [b"one\n", b"two\n", b"three\n", b"\n", b"rest", b""]


@claim("stream.reads-are-coroutines")
def test_reads_are_coroutines(board: BoardUnderTest) -> None:
    execution = run(board, "arriving")
    ways = ["read", "read-all", "readexactly", "readline", "readinto"]
    assert execution.values("waits") == [(way, True) for way in ways]
    assert dict(execution.values("got")) == {
        "read": b"ab",
        "read-all": b"abc\n",
        "readexactly": b"abc\n",
        "readline": b"abc\n",
        "readinto": b"ab",
    }


@claim("stream.several")
def test_several(board: BoardUnderTest) -> None:
    execution = run(board, "several")
    served: list[int] = []
    for number, done in zip((4, 1, 5, 0, 3, 2), execution.values("done"), strict=True):
        served.append(number)
        assert done == [n in served for n in range(6)]
    assert execution.values("got") == [b"for %d" % n for n in range(6)]
    assert execution.values("again") == [b"again %d" % n for n in range(6)]


@claim("stream.read-error")
def test_read_error(board: BoardUnderTest) -> None:
    execution = run(board, "read_error")
    assert execution.values("raised") == [5, 5, 5, 5]
    assert execution.value("read") == b"abc"


@claim("stream.drain")
def test_drain(board: BoardUnderTest) -> None:
    execution = run(board, "writing")
    assert execution.value("at-once") == b"abc"
    assert execution.value("more") == b"abcdefgh"
    assert execution.value("drained-again") == 0


@claim("stream.partial-writes")
def test_partial_writes(board: BoardUnderTest) -> None:
    pieces = run(board, "writing").values("partly")
    assert pieces == [b"0123456789ABCDE", b"0123456789ABCDExyz--"]


@claim("stream.write-accumulates")
def test_write_accumulates(board: BoardUnderTest) -> None:
    execution = run(board, "writing")
    assert execution.values("waits") == [(True, b""), (True, b"abcde")]
    assert execution.values("room") == [b"abcdefgh"] * 2


@claim("stream.write-refused")
def test_write_refused(board: BoardUnderTest) -> None:
    assert run(board, "write_refused").value("written") == b"abcde"


@claim("stream.write-only-buffers")
def test_write_only_buffers(board: BoardUnderTest) -> None:
    execution = run(board, "buffering")
    assert execution.value("after-drain") == b"abcdef"
    assert execution.value("before-drain") == b""


@claim("stream.write-while-draining")
def test_write_while_draining(board: BoardUnderTest) -> None:
    written = run(board, "write_while_draining").values("written")
    assert written == [(False, b"first.second.", []), (True, b"first.second.", [])]


@claim("stream.drain-yields")
def test_drain_yields(board: BoardUnderTest) -> None:
    assert run(board, "drain_yields").value("rounds") <= TURNS_TO_SERVE


@claim("stream.read-and-write-at-once")
def test_read_and_write_at_once(board: BoardUnderTest) -> None:
    for waits in (["read", "write"], ["write", "read"]):
        for ready in (["read", "write"], ["write", "read"]):
            execution = run(board, "both_ways", waits=waits, ready=ready, apart=3, together=False)
            assert execution.values("waiting") == [(True, True)] * 4
            first = ("read", True, False) if ready[0] == "read" else ("write", False, True)
            assert execution.values("ready") == [first, (ready[1], True, True)] * 4
            assert execution.values("result") == [(b"data", "drained")] * 4
            assert execution.values("written") == [b"writtenwritten"] * 2


@claim("stream.ready-both-ways")
def test_ready_both_ways(board: BoardUnderTest) -> None:
    for waits in (["read", "write"], ["write", "read"]):
        execution = run(board, "both_ways", waits=waits, ready=waits, apart=0, together=True)
        assert execution.values("waiting") == [(True, True)] * 4
        assert execution.values("result") == [(b"data", "drained")] * 4


@claim("stream.read-while-a-writer-waits")
def test_read_while_a_writer_waits(board: BoardUnderTest) -> None:
    execution = run(board, "read_again")
    assert execution.values("read") == [b"0", b"1", b"2"]
    assert execution.names[-2:] == ["drained", "done"]
    assert execution.value("done") == (True, b"written")


READ, WRITE = 1, 4
"""Poll bits, the same on every port."""


@claim("stream.asked-no-more")
def test_asked_no_more(board: BoardUnderTest) -> None:
    execution = board.run("streams/asked_after")
    assert execution.names == ["served", "drained", "cancelled", "timed_out"]
    assert [event.data for event in execution.events] == [(True, 0)] * 4


@claim("stream.polled-for-what-is-awaited")
def test_polled_for_what_is_awaited(board: BoardUnderTest) -> None:
    for first, alone in (("read", WRITE), ("write", READ)):
        second = "write" if first == "read" else "read"
        order = [first, second]
        execution = run(board, "both_ways", waits=order, ready=order, apart=3, together=False)
        begins = READ if first == "read" else WRITE
        assert execution.values("polls") == [[begins, READ | WRITE, alone] * 2] * 2
        # One write as long as nobody waits for room, and none before there is some.
        assert execution.values("refused") == [2, 2]


@claim("stream.cancelled-read")
def test_cancelled_read(board: BoardUnderTest) -> None:
    execution = run(board, "cancel")
    assert execution.values("cancelled")[:2] == ["read", "read"]
    assert execution.values("kept") == [b"abcd", b"abcd"]
    assert execution.names.count("timeout") == 1
    assert execution.value("read") == b"efgh"


@claim("stream.cancelled-write")
def test_cancelled_write(board: BoardUnderTest) -> None:
    execution = run(board, "cancel")
    assert execution.values("cancel") == [True, True, True]
    assert execution.values("cancelled")[2:] == ["write"]
    assert execution.value("written") == b"again"


@claim("stream.cancelled-write-is-forgotten")
def test_cancelled_write_is_forgotten(board: BoardUnderTest) -> None:
    execution = run(board, "cancel_write")
    assert execution.values("second") == ["drained"] * 2
    assert execution.value("written") == b"secondsecond"


@claim("stream.cancel-one-side")
def test_cancel_one_side(board: BoardUnderTest) -> None:
    done = run(board, "cancel_one_side").values("other-done")
    assert done == [("read", [True]), ("write", [True])]


@claim("stream.error-wakes")
def test_error_wakes(board: BoardUnderTest) -> None:
    execution = run(board, "poll_errors")
    woken = {"read": 4, "write": 4}
    assert sorted(execution.values("raised")) == sorted(
        (name, 104) for name, count in woken.items() for _ in range(count)
    )
    for bits, done in execution.values("done"):
        assert bits in (8, 16)
        assert all(done)


@claim("stream.hang-up-is-the-end")
def test_hang_up_is_the_end(board: BoardUnderTest) -> None:
    assert run(board, "poll_errors").value("hang-up") == b""


@claim("stream.not-starved-by-tasks")
def test_not_starved_by_tasks(board: BoardUnderTest) -> None:
    spins, _ = run(board, "under_load", spinners=4, readers=0).value("stream")
    assert spins <= TURNS_TO_SERVE


@claim("stream.starves-nobody")
def test_starves_nobody(board: BoardUnderTest) -> None:
    execution = run(board, "under_load", spinners=1, readers=1)
    _, reads = execution.value("stream")
    assert reads <= TURNS_TO_SERVE
    assert execution.names == ["stream", "timer", "counts"]
    assert execution.value("counts") == (True, True)


@claim("stream.closes")
def test_closes(board: BoardUnderTest) -> None:
    execution = run(board, "closing")
    assert execution.value("closed-before") == 0
    assert execution.value("closed") == 1


@claim("stream.one-class")
def test_one_class(board: BoardUnderTest) -> None:
    assert run(board, "closing").value("alias") is True


@claim("stream.extra-info")
def test_extra_info(board: BoardUnderTest) -> None:
    assert run(board, "closing").value("peername") == "somebody"


@claim("stream.old-names")
def test_old_names(board: BoardUnderTest) -> None:
    execution = run(board, "legacy")
    assert execution.value("written") == b"abc45678923401891234567890text"
    assert execution.value("closed") == 1


@claim("stream.trapped-cancellation")
def test_trapped_cancellation(board: BoardUnderTest) -> None:
    execution = run(board, "trapped")
    assert execution.names == ["trapped", "set-other", "woken"] * 2


@claim("stream.console")
def test_console(board: BoardUnderTest) -> None:
    execution = board.run("streams/stdout")
    assert sorted(execution.names) == ["drained", "other"]
    for number in range(3):
        assert f"console {number}\n" in execution.output
