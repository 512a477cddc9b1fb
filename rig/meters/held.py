"""One owner for the whole run: the meter that a board hangs on is opened before it, and kept.

Closing the port of a PPK2 takes the board's power within half a second, and opening an instrument
anew may open the circuit. So the process that attached the bench keeps the session, and whoever
measures, in this process or in a worker, asks it through a connection. Captures take turns.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from multiprocessing.connection import Client, Connection, Listener
from typing import Any, Literal

from rig.errors import RigError
from rig.meters.accuracy import Accuracy
from rig.meters.meter import Meter, Plan
from rig.meters.samples import Samples
from rig.meters.shared import TURN_S

WATCH_S = 0.5
ANSWER_S = 120.0
"""The longest fetch: an instrument's own deadlines end within it."""


class Owner:
    """Holds an open meter and serves it to those who know `address` and `key`."""

    def __init__(self, meter: Meter, alone: bool = True) -> None:
        """`alone`: it measures one board only, so that a look at its output may end a capture."""
        self.meter, self.alone = meter, alone
        self.lapse = ""  # why the board had no power, at some time since that was asked last
        key = secrets.token_bytes(16)
        self.key = key.hex()
        self.listener = Listener(authkey=key)
        self.address = str(self.listener.address)
        self.turn = threading.Lock()  # of one capture, from arm to fetch
        self.asking = threading.Lock()  # of one question to the instrument
        self.closed = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        """See between captures whether the board still has its supply: one that was switched off
        and on again has cost the test, and nobody would know why."""
        while not self.closed.wait(WATCH_S):
            if self.turn.acquire(blocking=False):
                try:
                    self.lapse = self._looked() or self.lapse
                finally:
                    self.turn.release()

    def _looked(self) -> str:
        with self.asking:
            if self.closed.is_set():
                return ""
            try:
                return self.meter.powers()
            except RigError as error:
                return error.what

    def _accept(self) -> None:
        while not self.closed.is_set():
            try:
                connection = self.listener.accept()
            except Exception:  # a stranger without the key; or it is closed
                continue
            try:
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()
            except (RuntimeError, MemoryError):  # no further thread: who asks hears it hang up
                connection.close()

    def _serve(self, connection: Connection) -> None:
        """One client, until it hangs up; a capture that it broke off gives its turn back."""
        mine = False
        with contextlib.suppress(EOFError, OSError), connection:
            try:
                while True:
                    verb, arguments = connection.recv()
                    if verb == "arm" and not mine:
                        mine = self.turn.acquire(timeout=TURN_S)
                    try:
                        reply = ("said", self._answer(verb, arguments, mine))
                    except RigError as error:
                        reply = ("failed", (error.what, error.hint))
                    if mine and (verb != "arm" or reply[0] == "failed") and verb != "powers":
                        self.turn.release()
                        mine = False
                    connection.send(reply)
            finally:
                if mine:
                    self.turn.release()

    def _answer(self, verb: str, arguments: tuple[Any, ...], mine: bool) -> Any:
        meter = self.meter
        if verb == "about":
            rate, accuracy = meter.max_rate_hz, meter.accuracy
            return meter.name, meter.source, meter.waveform, rate, accuracy, meter.identify()
        if verb == "arm" and not mine:
            raise RigError(f"meter {meter.name}: other captures kept it busy for {TURN_S:g} s")
        if verb == "powers":
            return self._powers(mine)
        with self.asking:
            return getattr(meter, verb)(*arguments)

    def _powers(self, mine: bool) -> str:
        """Why the board has no power now, or had none since this was asked last."""
        if mine or self.turn.acquire(timeout=0 if self.alone else TURN_S):
            try:
                why = self._looked()
            finally:
                if not mine:
                    self.turn.release()
        elif self.alone:  # its own capture, which the board broke off
            with self.asking, contextlib.suppress(RigError):
                self.meter.fetch()
            why = self._looked()
        else:
            why = ""
        why, self.lapse = why or self.lapse, ""
        return why

    def close(self) -> None:
        """End the service and give the meter back."""
        self.closed.set()
        with contextlib.suppress(OSError):
            self.listener.close()
        with self.asking:
            self.meter.close()


class HeldMeter:
    """A `Meter` that another part of the run holds. `close` ends this client only."""

    def __init__(self, name: str, address: str, key: str) -> None:
        self.address, self.key = address, bytes.fromhex(key)
        self.connection: Connection | None = None
        self.name = name
        self.source: Literal["modelled", "measured"]
        self.accuracy: Accuracy
        about = self._ask("about")
        self.name, self.source, self.waveform, self.max_rate_hz, self.accuracy, self.said = about

    def _ask(self, verb: str, *arguments: Any) -> Any:
        patience = TURN_S + ANSWER_S if verb == "arm" else ANSWER_S
        try:
            if self.connection is None:
                self.connection = Client(self.address, authkey=self.key)
            self.connection.send((verb, arguments))
            if not self.connection.poll(patience):
                raise TimeoutError(f"no answer to {verb} in {patience:g} s")
            kind, value = self.connection.recv()
        except (OSError, EOFError) as error:
            self.close()
            raise RigError(
                f"the run's own hold on meter {self.name} is gone ({error or 'it hung up'})",
                "the process that started the run ended: start it again",
            ) from error
        if kind == "failed":
            raise RigError(*value)
        return value

    def identify(self) -> str:
        return str(self.said)

    def powers(self) -> str:
        return str(self._ask("powers"))

    def arm(self, duration_s: float, rate_hz: float) -> Plan:
        plan: Plan = self._ask("arm", duration_s, rate_hz)
        return plan

    def fetch(self) -> Samples:
        samples: Samples = self._ask("fetch")
        return samples

    def close(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()
