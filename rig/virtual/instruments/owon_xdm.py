"""Owon XDM1241: a flat dialect over a serial line, with an answer to every setting."""

from __future__ import annotations

from rig.virtual.instruments.generic import Generic
from rig.virtual.instruments.scpi import ScpiError, header


class OwonXDM(Generic):
    """No *OPC?, no error queue; overrange reads 1E9."""

    identity = "OWON,XDM1241,VIRTUAL1,V4.3.0,3"

    def execute(self, line: str) -> bytes | None:
        word = line.split(" ")[0].upper()
        if word in ("*OPC?", "SYST:ERR?", "READ?", "*CLS"):
            return None  # as the real one: it says nothing at all
        reply = super().execute(line)
        if not word.endswith("?"):
            return b"NOK" if self.errors else b"OK"
        return reply

    @header("RATE")
    def set_rate(self, rate: str) -> None:
        if rate.upper() not in ("F", "M", "S"):
            raise ScpiError(-224)

    @header("MEAS1?")
    @header("MEAS?")
    def measure(self) -> bytes:
        reading = float(self.read())
        return b"1.000000E+09" if abs(reading) > 1e9 else b"%.6E" % reading
