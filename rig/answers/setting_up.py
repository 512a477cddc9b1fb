"""What the commands answer that find, check and start boards and meters."""

from __future__ import annotations

from typing import Literal

from rig.answers.answer import Answer


class BoardTold(Answer):
    """A board that answered, or a port or board of a bench file that did not, with why."""

    name: str = ""  # in the bench file
    port: str
    implementation: str = ""
    version: str = ""
    platform: str = ""
    machine: str = ""
    unique_id: str = ""
    usb: str = ""
    usb_serial_number: str = ""
    problem: str = ""
    hint: str = ""


class Boards(Answer):
    command: Literal["boards"] = "boards"
    boards: list[BoardTold]


class FindingTold(Answer):
    about: str
    check: str
    well: bool
    what: str
    mend: str


class Doctor(Answer):
    command: Literal["doctor"] = "doctor"
    bench: str
    findings: list[FindingTold]


class PlayedBoard(Answer):
    name: str
    port: str
    meter: str  # a VISA name; its current is modelled
    power_cycle: str


class Virtual(Answer):
    """What `virtual` says once they are there. It stays until a signal ends it."""

    command: Literal["virtual"] = "virtual"
    boards: list[PlayedBoard]


class Release(Answer):
    port: str
    version: str
    path: str
    emulator: str
    why: str  # none runs it


class Firmware(Answer):
    command: Literal["firmware"] = "firmware"
    folder: str
    releases: list[Release]


class Init(Answer):
    command: Literal["init"] = "init"
    bench: str  # the file
    boards: list[str]
    meters: list[str]
    left_out: list[str]
