"""What is wired on a board: `[board.NAME.wires]`. Nothing that it does not name is ever driven."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import BaseModel, ConfigDict, StrictInt, StrictStr, field_validator

Pin = StrictInt | StrictStr
"""As the port's machine.Pin takes it: 2, "GP2", "X1", "P0.02"."""
NUMBERED = re.compile(r"(?:GPIO|GP|IO)?([0-9]+)", re.IGNORECASE)
NO_TABLE = "the bench names no {} on this board ([board.NAME.wires], docs/wires.md)"


class UartLoop(BaseModel):
    """A UART whose TX is wired to its own RX."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Pin  # as the port's machine.UART takes it
    tx: Pin | None = None  # left out where the port gives the UART pins of its own
    rx: Pin | None = None

    @property
    def ends(self) -> dict[str, Pin]:
        """What machine.UART is told of them."""
        named = {"tx": self.tx, "rx": self.rx}
        return {key: pin for key, pin in named.items() if pin is not None}


class BoardWires(BaseModel):
    """The table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pins: tuple[Pin, ...] = ()  # a wire from the first, which is driven, to the second, which hears
    uart: UartLoop | None = None

    @field_validator("pins", mode="before")
    @classmethod
    def _is_a_wire(cls, given: Any) -> Any:
        if not isinstance(given, (list, tuple)) or len(given) != 2 or not all(map(_is_pin, given)):
            raise ValueError('a wire has two ends: pins = ["GP2", "GP3"], the first is driven')
        return tuple(given)

    def trouble(self, marker: str = "") -> tuple[str, str, str]:
        """(key, what does not fit, hint) of the first thing that does not; ('', '', '') if all.
        `marker` is the pin that the board's power table has for its own."""
        if not self.pins and not self.uart:
            return "", "it names no wire", 'pins = ["GP2", "GP3"], or leave the table out'
        if self.uart and (self.uart.tx is None) != (self.uart.rx is None):
            key = "uart.rx" if self.uart.rx is None else "uart.tx"
            return key, "a UART's wire has two ends", "name both tx and rx, or neither"
        seen = {_same(marker): "power.marker"} if marker else {}
        for key, pin in self.ends():
            if _is_negative(pin):
                return key, f"{pin!r} is no pin", "a number from 0 up, or a name"
            if _same(pin) in seen:
                other = seen[_same(pin)]
                return key, f"{pin!r} is {other} already", "a pin is one end of one wire"
            seen[_same(pin)] = key
        return "", "", ""

    def ends(self) -> list[tuple[str, Pin]]:
        """Each pin with its key."""
        found = [(f"pins.{number}", pin) for number, pin in enumerate(self.pins)]
        if self.uart:
            found += [(f"uart.{key}", pin) for key, pin in self.uart.ends.items()]
        return found

    def has(self, feature: str) -> bool:
        """Whether there is such a wire, by the names of `rig.board.features.GIVEN`."""
        return bool(self.pins if feature == "wire.pins" else self.uart)

    def told(self) -> str:
        """For an emulator's command line: one JSON object, as the table is written."""
        return json.dumps(self.model_dump(exclude_none=True, exclude_defaults=True))


def lacking(wires: BoardWires | None, feature: str) -> str:
    """Why a board has not the wire of that name; '' if it has."""
    if wires and wires.has(feature):
        return ""
    kind = "wire between two pins" if feature == "wire.pins" else "UART with TX wired to RX"
    return NO_TABLE.format(kind)


def _is_pin(given: object) -> bool:
    return (isinstance(given, int) and not isinstance(given, bool)) or isinstance(given, str)


def _is_negative(pin: Pin) -> bool:
    return isinstance(pin, int) and pin < 0


def _same(pin: Pin) -> str:
    """Alike for what is one pin: 2, "2" and "GP2"."""
    text = str(pin).strip().upper()
    numbered = NUMBERED.fullmatch(text)
    return str(int(numbered[1])) if numbered else text
