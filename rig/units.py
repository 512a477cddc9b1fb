"""Quantities as people write them in a bench file: "1.5 mA", "3.3 V"."""

from __future__ import annotations

import re

PREFIX = {"": 1.0, "M": 1e6, "k": 1e3, "m": 1e-3, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "n": 1e-9}
QUANTITY = re.compile(r"\s*([0-9.]+(?:[eE][-+]?\d+)?)\s*([kmuµμn]?)([AV])\s*")

RESISTANCE = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([kM]?)\s*(?:ohm|Ohm|Ω|Ω)?\s*")


def _read(text: str, unit: str, example: str) -> float:
    found = QUANTITY.fullmatch(text)
    if not found or found[3] != unit:
        raise ValueError(f'{text!r} is not of the form "{example}"')
    try:
        return float(found[1]) * PREFIX[found[2]]
    except ValueError:  # "1.2.3"
        raise ValueError(f'{text!r} is not of the form "{example}"') from None


def ohms(text: str) -> float:
    """A resistance in ohm, such as "330ohm", "4.7 kΩ" or "10k"; raises ValueError for another."""
    found = RESISTANCE.fullmatch(text)
    if not found or not float(found[1]) > 0:
        raise ValueError(f'{text!r} is not of the form "330ohm"')
    return float(found[1]) * PREFIX[found[2]]


def amperes(text: str) -> float:
    """A current in amperes; raises ValueError for text of another form."""
    return _read(text, "A", "1.5 mA")


def volts(text: str) -> float:
    """A voltage in volts; raises ValueError for text of another form."""
    return _read(text, "V", "3.3 V")
