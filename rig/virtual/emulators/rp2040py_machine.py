"""A Pico in rp2040py, by the contract of docs/adding-an-emulator.md.

    python -m rig.virtual.emulators.rp2040py_machine --firmware FILE

One thread runs the core for a while, then looks at console and activity port, in turn.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rp2040py.boards import BoardSpec
from rp2040py.device.base_device import BaseDevice

from rig.virtual.emulators.activity_record import ActivityRecord

CYCLE = 8.0
"""Nanoseconds at 125 MHz."""
BATCH = 2_000
"""Instructions between two looks at the sockets: a millisecond or two."""
FLASH = 0x10000000
READ = 1 << 16


class Pico:
    """The chip, its clock, and the host's end of its USB."""

    def __init__(self, firmware: Path, said: Callable[[bytes], None]) -> None:
        self.device = BaseDevice(board=BoardSpec(image=firmware))
        self.mcu = self.device.mcu
        self.core, self.clock = self.mcu.core, self.mcu.clock
        self.locked_up = False  # a breakpoint with no debugger, as where a fault handler ends
        self.mcu.on_break = self.lock_up
        self.to_board = bytearray()  # that no buffer of the board was free for yet
        self.armed = 0
        self.device.cdc.on_serial_data = lambda data: said(bytes(data))
        usb = self.mcu.usb_ctrl
        self.usual, usb.on_endpoint_read = usb.on_endpoint_read, self.endpoint_read
        self.core.pc = FLASH  # what the boot ROM would do

    def lock_up(self, _: int) -> None:
        self.locked_up = True

    def endpoint_read(self, endpoint: int, size: int) -> None:
        """An armed buffer is answered when there is something to say, as real hosts do."""
        if endpoint == self.device.cdc._out_endpoint:
            self.armed = size
            self.feed()
        elif self.usual:
            self.usual(endpoint, size)

    def feed(self) -> None:
        """What the host says goes into the buffer that the board armed."""
        if self.armed and self.to_board:
            data, self.armed = bytes(self.to_board[: self.armed]), 0
            del self.to_board[: len(data)]
            self.mcu.usb_ctrl.endpoint_read_done(self.device.cdc._out_endpoint, data)

    def reset(self) -> None:
        """Off and on; the flash stays, and so does the clock."""
        self.armed, self.locked_up = 0, False
        self.to_board.clear()
        self.device.hard_reset()

    @property
    def waits_for_host(self) -> bool:
        """Whether only the host can end what the core is in: then time goes on at its pace."""
        waits = self.core.waiting and not self.clock.has_scheduled_alarm
        return bool(self.locked_up or waits)


class Machine:
    """A Pico in time, with its console and its activity port."""

    def __init__(self, firmware: Path) -> None:
        self.selector = selectors.DefaultSelector()
        self.client: socket.socket | None = None
        self.pico = Pico(firmware, self.said)
        self.record = ActivityRecord()
        self.paced: tuple[int, float] | None = None  # host and board when they were in step
        self.switched = False
        self.console = self.listen(self.on_console)
        self.activity = self.listen(self.on_activity)

    def listen(self, heard: Callable[[socket.socket], None]) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        self.selector.register(server, selectors.EVENT_READ, lambda _: self.accept(server, heard))
        return f"127.0.0.1:{server.getsockname()[1]}"

    def accept(self, server: socket.socket, heard: Callable[[socket.socket], None]) -> None:
        client, _ = server.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if heard == self.on_console:
            if self.client:
                self.hang_up(self.client)
            self.client = client
        self.selector.register(client, selectors.EVENT_READ, heard)

    def hang_up(self, client: socket.socket) -> None:
        self.selector.unregister(client)
        client.close()
        if client is self.client:
            self.client = None

    def said(self, data: bytes) -> None:
        if self.client:
            with contextlib.suppress(OSError):
                self.client.sendall(data)

    def heard(self, client: socket.socket) -> bytes:
        """What it said, empty where it hung up."""
        data = b""
        with contextlib.suppress(OSError):
            data = client.recv(READ)
        if not data:
            self.hang_up(client)
        return data

    def on_console(self, client: socket.socket) -> None:
        self.pico.to_board += self.heard(client)
        self.pico.feed()

    def on_activity(self, client: socket.socket) -> None:
        for line in self.heard(client).splitlines():
            with contextlib.suppress(OSError):
                client.sendall(json.dumps(self.answer(line)).encode() + b"\n")

    def answer(self, line: bytes) -> dict[str, Any]:
        try:
            asked = json.loads(line)
            question = asked["ask"]
        except (ValueError, TypeError, KeyError):
            return {"error": "not JSON with ask"}
        if question == "pace":
            self.paced = (time.monotonic_ns(), self.now) if asked.get("to") else None
            return {}
        return self.record.answer(asked, self.now)

    # -- time --------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        return float(self.pico.clock.nanos)

    def run(self) -> None:
        """Until standard input closes."""
        self.selector.register(sys.stdin.buffer, selectors.EVENT_READ, lambda _: None)
        while True:
            idle = self.batch()
            began = time.monotonic_ns()
            for key, _ in self.selector.select(idle):
                if key.fileobj is sys.stdin.buffer:
                    if not os.read(0, READ):
                        return
                else:
                    key.data(key.fileobj)
            if idle:
                self.pass_time(float(time.monotonic_ns() - began))
            if self.switched:
                self.switched = False
                self.pico.reset()

    def pass_time(self, nanos: float) -> None:
        """Let the core wait so long, and no longer than until the next timer."""
        clock = self.pico.clock
        if clock.has_scheduled_alarm:
            nanos = min(nanos, clock.nanos_to_next_alarm)
        clock.tick(nanos)
        self.record.rested_until(self.now)

    def batch(self) -> float:
        """Run for a while; returns for how long only the host's time can go on, in seconds."""
        pico, core, clock = self.pico, self.pico.core, self.pico.clock
        for _ in range(BATCH):
            if pico.waits_for_host:
                self.record.ran_until(self.now)
                return 0.01
            if not core.waiting:
                clock.tick(core.execute_instruction() * CYCLE)
                if core.waiting:
                    self.record.ran_until(self.now)
                    if self.paced:  # what it is behind the host is not made up by a fast wait
                        self.paced = (time.monotonic_ns(), self.now)
                continue
            ahead: float = clock.nanos_to_next_alarm
            if self.paced:
                room = self.paced[1] + time.monotonic_ns() - self.paced[0] - self.now
                if ahead > room:
                    return min(ahead - max(room, 0.0), 1e6) / 1e9
            self.pass_time(ahead)
        if not core.waiting:
            self.record.ran_until(self.now)
        return 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firmware", type=Path, required=True)
    machine = Machine(parser.parse_args().firmware)

    def switch(*_: object) -> None:
        machine.switched = True

    signal.signal(signal.SIGUSR2, switch)
    ready = {"console": f"socket://{machine.console}", "activity": machine.activity}
    print(json.dumps(ready), flush=True)
    machine.run()
    return 0


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
