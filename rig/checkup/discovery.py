"""Finding boards: USB ids choose whom to ask, and only an answer makes a port a board."""

from __future__ import annotations

import _thread
import time
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from filelock import Timeout

from rig.board.board import Board
from rig.errors import LooprigError
from rig.ports import Port, attached, bootloaders, lookup
from rig.results import BoardInfo
from rig.stations import lock_of

LOOK_S = 0.02
"""Between two looks at whether a thread has ended; an answer takes longer by a multiple."""


@dataclass(frozen=True)
class Answer:
    """What came of asking a port: a board, or why it is none that can be used.

    `asked` is false for one that nothing was sent to.
    """

    port: Port
    board: BoardInfo | None = None
    problem: str = ""
    hint: str = ""
    asked: bool = True


def found(named: Sequence[str], unknown: bool = False) -> list[Answer]:
    """Ask the ports named, else every port behind which a board may be; with `unknown` those of
    unknown devices as well. What is known to be something else is never asked: a PPK2 takes a typed
    Ctrl-C for a voltage. One board with two ports is one answer."""
    ports = [lookup(device) for device in named] or [*attached(), *bootloaders()]
    left_out = {port: not_asked(port, unknown or bool(named)) for port in ports}
    answers = iter(ask_all([port for port in ports if not left_out[port]]))
    return one_a_board([left_out[port] or next(answers) for port in ports])


def not_asked(port: Port, unknown: bool) -> Answer | None:
    """Why nothing is to be sent to a port; None for one to ask."""
    if port.other:
        return Answer(port, None, f"not asked: it is {port.other}", asked=False)
    if port.bootloader:
        problem = f"a board, but {port.bootloader}"
        return Answer(port, None, problem, asked=False)
    if not unknown and not port.maybe_board:
        problem = "not asked: nothing is known of the device"
        hint = "name it to ask it, or ask all that are unknown with --all"
        return Answer(port, None, problem, hint, asked=False)
    return None


def ask(port: Port, baudrate: int = 115200) -> Answer:
    """Interrupt whatever runs on the port, ask it who it is, and leave it at its REPL.

    It is as patient as a run, and opens the port once: opening resets many a board.
    """
    board = Board("board", port.device, baudrate)
    try:
        with lock_of(port.device).acquire(timeout=0):
            board.open(climb=False)
            try:
                return Answer(port, board.identify())
            finally:
                board.close()
    except Timeout:
        return Answer(port, problem="another looprig run has this board")
    except LooprigError as error:
        return Answer(port, problem=error.what, hint=error.hint)


class Turn:
    """What a thread is given alone: gone when the thread is, however it ended."""


def ask_all(ports: Iterable[Port]) -> list[Answer]:
    """Ask every port at once; answers in the order of the ports. Raises what kept a port from being
    asked, MemoryError for one whose thread died of having none.

    Not with `threading`, nor with a pool of it: a thread that dies for want of memory before it has
    said that it runs is waited for for ever (https://github.com/python/cpython/issues/140746), and
    so is the work of one that dies later.
    """
    ports = list(ports)
    if len(ports) == 1:  # a machine that gives no thread can be asked this much
        return [ask(ports[0])]
    came: dict[int, Answer | BaseException] = {}

    def one(turn: Turn, number: int) -> None:
        del turn  # an error's traceback would keep it; the thread itself does until its end
        try:
            came[number] = ask(ports[number])
        except BaseException as error:
            came[number] = error

    def begun(number: int) -> weakref.ref[Turn]:
        turn = Turn()
        _thread.start_new_thread(one, (turn, number))
        return weakref.ref(turn)

    running = []
    try:
        for number in range(len(ports)):
            running.append(begun(number))
        _ended(running)
    finally:  # after a Ctrl-C as well: no board is left in the middle of an answer
        _ended(running)
    answers = []
    for number in range(len(ports)):
        answer = came.get(number) or MemoryError()
        if isinstance(answer, BaseException):
            raise answer
        answers.append(answer)
    return answers


def _ended(running: Sequence[weakref.ref[Turn]]) -> None:
    while any(turn() is not None for turn in running):
        time.sleep(LOOK_S)


def one_a_board(answers: Sequence[Answer]) -> list[Answer]:
    """Without the further ports of a device that answered on one of its ports."""
    kept: list[Answer] = []
    for answer in answers:
        twins = [a for a in answers if a.board and a.port.same_device(answer.port)]
        if answer.board:
            number = answer.board.unique_id
            twins = [a for a in twins if number and a.board and a.board.unique_id == number]
        if not twins or answer is twins[0]:
            kept.append(answer)
    return kept
