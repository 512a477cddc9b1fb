"""Keysight N6705C, as far as the external data log (ELOG) of one output at a time goes."""

from __future__ import annotations

from rig.virtual.instruments.logger import Logger
from rig.virtual.instruments.scpi import ScpiError, header, number


class KeysightN6705C(Logger):
    """The log runs from TRIGger:ELOG to ABORt:ELOG; FETCh takes out what was logged by then."""

    identity = "Keysight Technologies,N6705C,VIRTUAL00001,E.02.07.3228"
    ranges = (10e-6, 1e-3, 100e-3, 3.0)
    buffer_s = 20.0
    channels = 4
    longest_s = 600.0

    def reset(self) -> None:
        super().reset()
        self.conduct(not hasattr(self, "period") and self.switch.path is None)
        self.period = 1e-3
        self.armed = False

    @header("[SENSe:]ELOG:FUNCtion:CURRent")
    @header("[SENSe:]ELOG:FUNCtion:VOLTage")
    @header("TRIGger:ELOG:SOURce")
    def accept(self, value: str, channel: str) -> None:
        """Settings that change nothing in this model."""

    @header("OUTPut[:STATe]?")
    def output_state(self, channel: str) -> str:
        return str(int(self.conducts))

    @header("OUTPut[:STATe]")
    def set_output(self, state: str, channel: str) -> None:
        self.conduct(state.upper() in ("1", "ON"))

    @header("[SOURce:]VOLTage")
    def set_voltage(self, volts: str, channel: str) -> None:
        number(volts)

    @header("[SENSe:]ELOG:CURRent:RANGe?")
    def get_range(self, channel: str) -> str:
        return f"{self.range_a:+.8E}"

    @header("[SENSe:]ELOG:CURRent:RANGe")
    def set_range(self, range_a: str, channel: str) -> None:
        self.choose_range(range_a)

    @header("[SENSe:]ELOG:PERiod")
    def set_period(self, seconds: str, channel: str) -> None:
        if not 102.4e-6 <= number(seconds) <= 60:
            raise ScpiError(-222)
        self.period = round(number(seconds) / 20.48e-6) * 20.48e-6

    @header("[SENSe:]ELOG:PERiod?")
    def get_period(self, channel: str) -> str:
        return f"{self.period:+.8E}"

    @header("FORMat[:DATA]")
    def set_format(self, kind: str) -> None:
        self.real = kind.upper() == "REAL"

    @header("INITiate:ELOG")
    def initiate(self, channel: str) -> None:
        if not self.finished:
            raise ScpiError(-213)
        self.choose_channel(channel)
        self.armed = True

    @header("TRIGger:ELOG[:IMMediate]")
    def trigger(self, channel: str) -> None:
        if not self.armed:
            raise ScpiError(-213)
        self.armed = False
        self.begin(self.period, int(self.longest_s / self.period))

    @header("ABORt:ELOG")
    def abort_log(self, channel: str) -> None:
        self.armed = False
        self.abort()

    @header("FETCh:ELOG:CURRent?")
    def fetch(self, most: str, channel: str) -> bytes:
        readings = self.taken(wait=False)
        self.taken_out = max(self.taken_out, len(readings) - int(self.buffer_s / self.period))
        part = self.take_out(readings, int(number(most)))
        return self.as_block(part, 4) if self.real else self.as_text(part)
