"""A machine that gives no further thread: no verdict on a board, and nobody waits for ever."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Iterator

import pytest

from rig.errors import RigError
from rig.meters.held import HeldMeter, Owner
from rig.meters.instrument import ScpiMeter
from rig.net.peer import Peer
from rig.networks import NetworkStation
from rig.virtual.meter import VirtualMeter

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it asks for an absurd stack")
MORE_THAN_THERE_IS = 1 << 47
"""Bytes of a stack, all of the address space of a process: the system refuses such a thread in
the way that it refuses any."""


@contextlib.contextmanager
def no_thread() -> Iterator[None]:
    before = threading.stack_size(MORE_THAN_THERE_IS)
    try:
        yield
    finally:
        threading.stack_size(before)


def test_it_is_refused() -> None:
    with no_thread(), pytest.raises(RuntimeError, match="can't start new thread"):
        threading.Thread(target=print).start()


def test_a_connection_that_cannot_be_served_is_the_hosts_trouble() -> None:
    peer = Peer(NetworkStation(host="127.0.0.1"))
    with (
        pytest.raises(RigError, match="can't start new thread"),
        peer.serving(lambda line: line.tell("got", line.rest())) as there,
        no_thread(),
        socket.create_connection(("127.0.0.1", there.port), timeout=60) as board,
    ):
        assert not board.recv(1)  # it hangs up


def test_who_asks_for_a_held_meter_is_told_and_the_next_one_is_served() -> None:
    virtual = VirtualMeter(None)
    try:
        with contextlib.closing(Owner(ScpiMeter(virtual.wait_ready()))) as owner:
            with no_thread(), pytest.raises(RigError, match="hold on meter"):
                HeldMeter("m", owner.address, owner.key)
            with contextlib.closing(HeldMeter("m", owner.address, owner.key)) as held:
                assert held.identify()
    finally:
        virtual.stop()
