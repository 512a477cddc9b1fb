"""A meter in the supply whose connection breaks, or that cannot be armed beside a program."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
from pathlib import Path

import pytest

from rig.errors import RigError
from rig.holding import await_port
from rig.meters.dialects import siglent_sdm
from rig.meters.instrument import ScpiMeter
from rig.virtual.meter import available
from tests.feeding import by_scpi

pytestmark = pytest.mark.skipif(
    os.name != "posix" or not available(), reason="played meters need PTYs and Linux's statistics"
)


class Cable:
    """The way to an instrument, which can be cut; the next connection is another."""

    def __init__(self, resource: str) -> None:
        self.there = ("127.0.0.1", int(resource.split("::")[2]))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.resource = f"TCPIP::127.0.0.1::{self.listener.getsockname()[1]}::SOCKET"
        self.ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, far = self.listener.accept()[0], socket.create_connection(self.there)
                self.ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        one.settimeout(0.02)  # nobody waits in it when it is cut
        with contextlib.suppress(OSError):
            while True:
                with contextlib.suppress(TimeoutError):
                    if not (data := one.recv(4096)):
                        return
                    other.sendall(data)

    def cut(self) -> None:
        """As a network does it: the other end hears of a reset."""
        for end in self.ends:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.close()
        self.ends.clear()
        time.sleep(0.1)  # until nobody waits in them any more


@pytest.mark.parametrize("dialect", ["keithley-2450", "siglent-sdm"])
def test_a_session_that_is_opened_anew_while_the_program_waits(
    dialect: str, tmp_path: Path
) -> None:
    """One that asks for function and range goes on; one that sets both again has cut the power."""
    with by_scpi(tmp_path, dialect, output="on") as fed:
        assert fed.instrument
        cable = Cable(fed.instrument.resource)
        meter = ScpiMeter(cable.resource, range_a=0.2 if dialect == "siglent-sdm" else 0.1)
        await_port(str(fed.board.port))
        before = fed.board.power_losses()
        cable.cut()
        if dialect == "siglent-sdm":
            with pytest.raises(RigError, match=r"set function and range of .* again"):
                meter.arm(1.0, 50.0)
            until = time.monotonic() + 5
            while fed.board.power_losses() == before and time.monotonic() < until:
                time.sleep(0.05)  # the board's holder hears of it
            assert fed.board.power_losses() == before + 1
        else:
            meter.arm(1.0, 1000.0)
            time.sleep(0.2)
            assert len(meter.fetch().current_a)
            assert fed.board.power_losses() == before
        meter.close()
        cable.listener.close()


def test_a_dialect_that_cannot_be_armed_beside_a_program_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(siglent_sdm.Dialect, "INTERRUPTS", "each INIT sets its range anew")
    with by_scpi(tmp_path, "siglent-sdm") as fed:
        assert fed.instrument
        resource = fed.instrument.resource
        with pytest.raises(RigError, match="cannot be in the board's supply: each INIT sets"):
            ScpiMeter(resource)
        ScpiMeter(resource, feeds=False).close()
