"""A board: does its REPL answer, does it reset, has it room, does its clock keep time?"""

from __future__ import annotations

from collections.abc import Iterator

from rig import profiles
from rig.board.board import Board
from rig.board.execution import Ended, Execution
from rig.board.pasting import SLOW
from rig.board.port import Disconnected, Silence
from rig.checkup.finding import Finding, ill
from rig.errors import RigError, UsageError
from rig.power.framing import CLOCK_ERROR
from rig.stations import Station

OVERLAY_BYTES = 64 * 1024
"""Room for a changed asyncio: the firmware's own is 30 kB of source, and blocks are not full."""
PROBE_MS = 200
SLOW_BOOT_S = 2.0
CLOCK_MS = 2000


def check_board(about: str, station: Station, board: Board) -> Iterator[Finding]:
    """Findings on an open board. Raises RigError where it stops answering on the way."""
    yield check_reset(about, board)
    info = board.identify()
    station.info = info
    station.ticks_period = board.ticks_period
    who = f"{info.implementation} {info.version} ({info.platform}), {info.machine or 'no name'}"
    yield Finding(
        about, "identity", True, f"{who}{f', id {info.unique_id}' if info.unique_id else ''}"
    )
    yield check_link(about, board)
    station.boot_s, station.lossy = board.boot_s, board.lossy
    yield check_profile(about, station)
    yield check_room(about, board)
    yield check_clock(about, board)


def check_reset(about: str, board: Board) -> Finding:
    """A soft reset from the raw prompt, on which every device test depends."""
    try:
        board.soft_reset()
    except (Silence, Disconnected) as error:
        board.clean = False
        mend = "does boot.py block or reboot? move it away, or press the reset button"
        return Finding(about, "soft reset", False, f"no soft reset: {error}", mend)
    what = f"Ctrl-D resets it and the REPL comes back after {board.boot_s:.2g} s"
    if board.boot_s > SLOW_BOOT_S:
        what += ", which every device test waits for: boot.py takes them, and less in it saves that"
    return Finding(about, "soft reset", True, what)


def check_link(about: str, board: Board) -> Finding:
    """Whether what was sent so far arrived whole."""
    if not board.lossy:
        return Finding(about, "link", True, "it carries a program whole")
    what = (
        f"it loses bytes on the way to the board; in pieces of {SLOW.piece}, at "
        f"{SLOW.piece / SLOW.pause_s:.0f} bytes/s, they arrive"
    )
    mend = (
        "another port of the board (its UART rather than its own USB), another cable, no hub; "
        "J-Link: MSDDisable in JLinkExe; newer firmware. A run works, and takes its time"
    )
    return Finding(about, "link", False, what, mend)


def check_profile(about: str, station: Station) -> Finding:
    """The family, and the floor that captures will use."""
    assert station.info is not None
    found = profiles.of(station.info, station.profile)
    if found is None:
        if station.kind == "cpython" or station.power.floor:
            return Finding(about, "profile", True, "none is needed")
        what = f"no profile knows the port {station.info.platform!r} (docs/adding-a-port.md)"
        mend = 'name one (profile = "…") or a floor, or add one: docs/adding-a-port.md'
        return Finding(about, "profile", not station.meter, what, mend)
    power = station.power
    try:
        floor = profiles.floor_of(station.info, station.profile, power.floor, power.drops_port)
    except UsageError as error:
        return ill(about, "profile", error)
    away = "; it takes the port away, and events are kept meanwhile" if floor.drops_port else ""
    basis = "run on this rig" if found.was_run else "from documentation and source, never run"
    return Finding(about, "profile", True, f"{found.family}, floor {floor.name} ({basis}){away}")


def check_room(about: str, board: Board) -> Finding:
    """The file system, which holds an overlay for as long as a run with one takes."""
    execution = finished(board.run("checkup/room"))
    heap = execution.value("heap")
    memory = f", {heap // 1024} kB of heap free" if isinstance(heap, int) and heap > 0 else ""
    if not execution.all("files"):
        what = f"it has no file system{memory}: an overlay would be sent before each test"
        return Finding(about, "room", True, what)
    free = execution.value("files")
    if free < OVERLAY_BYTES:
        what = f"{free // 1024} kB of files free{memory}: an overlay would be sent before each test"
        return Finding(about, "room", True, what)
    return Finding(about, "room", True, f"{free // 1024} kB of files free{memory}")


def check_clock(about: str, board: Board) -> Finding:
    """The board's microseconds against the host's, and both against the deadlines."""
    if board.activity:
        return Finding(about, "clock", True, "an emulator's, which has a pace of its own")
    rate = clock_rate(board, PROBE_MS)
    if rate > 0.5:
        rate = clock_rate(board, CLOCK_MS)
        if abs(rate - 1) > CLOCK_ERROR:  # a busy host can look like that, but not every time
            rate = sorted([rate, clock_rate(board, CLOCK_MS), clock_rate(board, CLOCK_MS)])[1]
    seconds = f"a second of it takes {1 / rate:.3g} s" if rate > 0 else "it stands still"
    if rate < 0.5:
        if board.deadline_scale * rate >= 0.9:
            what = f"{seconds}, and deadline_scale = {board.deadline_scale:g} allows for that"
            return Finding(about, "clock", True, what)
        mend = f"deadline_scale = {max(2, round(1.5 / max(rate, 1e-3)))} in its bench table"
        return Finding(about, "clock", False, seconds, mend)
    if abs(rate - 1) > CLOCK_ERROR:
        what = f"{seconds}: {abs(rate - 1):.1%} off, captures allow for {CLOCK_ERROR:.0%}"
        mend = "is the crystal fitted and the processor's frequency the default?"
        return Finding(about, "clock", False, what, mend)
    return Finding(about, "clock", True, f"{seconds} by the host's")


def clock_rate(board: Board, ms: int) -> float:
    """Board seconds in a host second. A run of no length is taken off: it holds all that the
    wire and the script's start cost."""
    nothing = finished(board.run("checkup/clock", ms=0)).run_s
    execution = finished(board.run("checkup/clock", ms=ms))
    host_s = max(execution.run_s - nothing, 1e-6)
    return execution.ms_between("began", "over") / 1e3 / host_s


def finished(execution: Execution) -> Execution:
    """The execution; raises RigError for one that did not run to its end, or was damaged."""
    problem = (
        execution.how if execution.ended is not Ended.FINISHED else "; ".join(execution.damage)
    )
    if problem or execution.ended is not Ended.FINISHED:
        trace = execution.traceback.strip().splitlines()
        said = trace[-1] if trace else problem
        raise RigError(
            f"board {execution.board}: {execution.device_test} {execution.ended}: {said}",
            "try it by hand: mpremote connect PORT run FILE",
        )
    return execution
