"""The program that a second MicroPython board runs beside an INA226 or INA228, and its chips.

Registers after the data sheets: INA226 SBOS547B (tables 7-1 and following), INA228 SLYS021A
(chapter 7.6). Only the shunt is converted, over and over; each reading is the mean over its time.
"""

from __future__ import annotations

from dataclasses import dataclass

CONFIGURED = """\
import time
from machine import I2C, Pin
bus = I2C({bus})
def word(register, count=2):
    return int.from_bytes(bus.readfrom_mem({address}, register, count), "big")
def tell(register, value):
    bus.writeto_mem({address}, register, value.to_bytes(2, "big"))
"""
IDENTIFIED = 'print("is", word({maker}), word({die}))\n'
MEASURED = """\
for register, value in {settings}:
    tell(register, value)
def run():
    out, number, last = [], 0, time.ticks_us()
    print("began")
    while True:
        while not word({flag}) & {ready}:
            pass
        now = time.ticks_us()
        out.append("%x,%x" % (time.ticks_diff(now, last), word({shunt}, {count})))
        last = now
        time.sleep_us({pause})
        if len(out) == 32:
            line = ";".join(out)
            print("%x:%s:%x" % (number, line, sum(line.encode()) & 0xFFFF))
            number, out = number + 1, []
run()
"""
"""`began` comes with the first conversion; a line has 32, each as microseconds since the one before
and the register, both hexadecimal, in front of them its number and behind them their sum."""


@dataclass(frozen=True)
class Chip:
    """One of the family: where its registers are, and what they are worth."""

    maker: int  # the register that says 5449h
    die: int
    die_says: int
    die_mask: int
    shunt: int  # register of the shunt voltage
    count: int  # of its bytes
    shift: int  # of unused bits at its end
    bits: int
    flag: int  # register with the conversion-ready bit, which reading clears
    ready: int
    lsb_v: tuple[float, float]  # by ADCRANGE
    conversions_us: tuple[int, ...]  # typical, by the bits of VSHCT
    gain: float  # largest error at 25 °C
    offset_v: float
    basis: str

    def settings(self, conversion: int, adcrange: int) -> list[tuple[int, int]]:
        """(register, value) for the shunt alone, over and over, without averaging."""
        if self.bits == 16:  # 4000h: always set; bus voltage as after a reset
            return [(0x00, 0x4000 | 4 << 6 | conversion << 3 | 0b101)]
        return [(0x00, adcrange << 4), (0x01, 0xA << 12 | 5 << 9 | conversion << 6 | 5 << 3)]

    def volts(self, raw: int, adcrange: int) -> float:
        """What a reading of the register says of the shunt."""
        return self.signed(raw) * self.lsb_v[adcrange]

    def signed(self, raw: int) -> int:
        value = raw >> self.shift
        return value - (1 << self.bits) if value >> (self.bits - 1) else value

    @property
    def most(self) -> int:
        """The largest value of the register."""
        return (1 << (self.bits - 1)) - 1


MAKER = 0x5449
CHIPS = {
    "ina226": Chip(
        maker=0xFE, die=0xFF, die_says=0x2260, die_mask=0xFFFF,
        shunt=0x01, count=2, shift=0, bits=16, flag=0x06, ready=1 << 3,
        lsb_v=(2.5e-6, 2.5e-6),
        conversions_us=(140, 204, 332, 588, 1100, 2116, 4156, 8244),
        gain=0.1e-2, offset_v=10e-6, basis="INA226, SBOS547B, electrical characteristics",
    ),
    "ina228": Chip(
        maker=0x3E, die=0x3F, die_says=0x2280, die_mask=0xFFF0,
        shunt=0x04, count=3, shift=4, bits=20, flag=0x0B, ready=1 << 1,
        lsb_v=(312.5e-9, 78.125e-9),
        conversions_us=(50, 84, 150, 280, 540, 1052, 2074, 4120),
        gain=0.05e-2, offset_v=1e-6, basis="INA228, SLYS021A, features",
    ),
}  # fmt: skip
