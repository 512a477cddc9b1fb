"""The process that holds labgrid places for one run: one session, one owner, and a lifeline.

It runs in whatever environment labgrid is installed in and needs nothing else: labgrid's
`pyserial-labgrid` and pyserial overwrite each other's files, so the two may have to live apart.

    LG_USERNAME=OWNER python rig/fleet/holder.py '{"coordinator": …, "wants": […], "wait_s": …}'

It prints JSON lines: `waiting` (why), `place` (a board has one, with its resources), `without` (a
board has none, and why), `ready`, `lost` (a place went away), `failed` (nobody gets any),
`released`. It gives everything back when its standard input
closes, which it does however the run ends, or on SIGTERM. `{"sweep": true}` instead of `wants`
gives back what this owner left behind.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import time
from typing import Any

CONNECT_S = 10.0
ANSWER_S = 10.0
RESOURCES_S = 10.0
"""How long the exporter may take to start what a place needs (ser2net and the like)."""
SAY_AGAIN_S = 30.0


class Failed(Exception):
    """The run cannot have what it wants: kind `usage` or `rig`, one sentence, one hint."""

    def __init__(self, kind: str, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.kind, self.what, self.hint = kind, what, hint

    def told(self) -> dict[str, str]:
        return {"kind": self.kind, "what": self.what, "hint": self.hint}


def say(**message: Any) -> None:
    print(json.dumps(message), flush=True)


def spelled(wanted: dict[str, str]) -> str:
    return " ".join(f"{key}={value}" for key, value in sorted(wanted.items()))


class Holder:
    """One session with the coordinator and the places it has."""

    def __init__(self, session: Any, messages: Any, address: str) -> None:
        self.session, self.messages, self.address = session, messages, address
        self.me = f"{session.gethostname()}/{session.getuser()}"
        self.ended = asyncio.Event()  # the run is over
        self.held: dict[str, str] = {}  # place to board
        self.paths: dict[str, list[tuple[str, str, str, str]]] = {}  # of what it acquired
        self.tokens: list[str] = []
        self.told: set[str] = set()  # places whose loss was told

    def watch_lifeline(self) -> None:
        loop = asyncio.get_running_loop()

        def readable() -> None:
            if not os.read(0, 4096):
                loop.remove_reader(0)
                self.ended.set()

        loop.add_reader(0, readable)
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.ended.set)
        loop.add_signal_handler(signal.SIGINT, lambda: None)  # the terminal's, meant for the run

    async def pause(self, seconds: float) -> None:
        """Wait, unless the run ends meanwhile: then raises CancelledError."""
        try:
            await asyncio.wait_for(self.ended.wait(), seconds)
        except (TimeoutError, asyncio.TimeoutError):  # noqa: UP041 (two types before 3.11)
            return
        raise asyncio.CancelledError

    async def ask(self, method: str, request: Any) -> Any:
        """One call; raises Failed with the coordinator's own words."""
        import grpc

        try:
            return await getattr(self.session.stub, method)(request, timeout=ANSWER_S)
        except grpc.aio.AioRpcError as error:
            raise Failed("rig", f"labgrid: {error.details()}") from error

    # -- taking ---------------------------------------------------------------------------------

    async def give(self, board: str, wanted: dict[str, str], wait_s: float) -> None:
        """Take a place for the board, or say why it has none: the others are not its concern."""
        try:
            await self.take(board, wanted, wait_s)
        except Failed as failed:
            if self.session.stopping.is_set():
                raise Failed("rig", f"labgrid: the coordinator {self.address} went away") from None
            for name in [name for name, holds in self.held.items() if holds == board]:
                del self.held[name]  # of no use: whoever comes next may have it
                request = self.messages.ReleasePlaceRequest(placename=name, fromuser=self.me)
                await self.ask("ReleasePlace", request)
            say(without={"board": board, **failed.told()})

    def candidates(self, wanted: dict[str, str]) -> list[Any]:
        """The places that have these tags; `name` is a place's own name."""
        return [
            place
            for place in self.session.places.values()
            if wanted.items() <= {**place.tags, "name": place.name}.items()
        ]

    async def take(self, board: str, wanted: dict[str, str], wait_s: float) -> None:
        """Reserve a place, wait for it in the queue, acquire it, say what it holds."""
        if not self.candidates(wanted):
            known = ", ".join(
                f"{place.name} ({spelled(place.tags)})" if place.tags else place.name
                for place in self.session.places.values()
            )
            raise Failed(
                "usage",
                f"labgrid: no place of {self.address} has {spelled(wanted)}",
                f"it has {known or 'no places'}",
            )
        name = await self.queued(wanted, wait_s)
        await self.ask("AcquirePlace", self.messages.AcquirePlaceRequest(placename=name))
        self.held[name] = board
        await self.session.sync_with_coordinator()
        say(place={"board": board, "place": name, "resources": await self.resources(name)})

    async def queued(self, wanted: dict[str, str], wait_s: float) -> str:
        """The place that the queue gave us. Raises Failed after `wait_s`."""
        filters = {"main": self.messages.Reservation.Filter(filter=wanted)}
        request = self.messages.CreateReservationRequest(filters=filters, prio=0.0)
        reservation = (await self.ask("CreateReservation", request)).reservation
        self.tokens.append(reservation.token)
        began, said = time.monotonic(), -SAY_AGAIN_S
        while "main" not in reservation.allocations:
            waited = time.monotonic() - began
            holders = ", ".join(
                f"{place.name} is held by {place.acquired}" if place.acquired
                else f"{place.name} is reserved by somebody else"
                for place in self.candidates(wanted)
            )  # fmt: skip
            if waited >= wait_s:
                raise Failed(
                    "rig",
                    f"labgrid: no place with {spelled(wanted)} came free in {wait_s:g} s",
                    f"{holders or 'it is gone'}; wait_s in [labgrid] is the limit, and "
                    "labgrid-client -p PLACE release-from OWNER takes one from a dead owner",
                )
            if waited - said >= SAY_AGAIN_S:
                said = waited
                say(waiting=f"for {spelled(wanted)}: {holders} ({waited:.0f} of {wait_s:g} s)")
            await self.pause(min(1.0, wait_s - waited))
            poll = self.messages.PollReservationRequest(token=reservation.token)
            reservation = (await self.ask("PollReservation", poll)).reservation
        return str(reservation.allocations["main"])

    def entry(self, path: tuple[str, str, str, str]) -> Any:
        """The resource at (exporter, group, class, name), or None where it is gone."""
        exporter, group, _, name = path
        found = self.session.resources.get(exporter, {}).get(group, {}).get(name)
        return found if found is not None and "cls" in found.data else None

    async def resources(self, name: str) -> list[dict[str, Any]]:
        """What the place holds, once the exporter has started it."""
        place = self.session.places[name]
        paths = self.paths[name] = [tuple(path) for path in place.acquired_resources]
        deadline = time.monotonic() + RESOURCES_S
        while True:
            entries = [(path, self.entry(path)) for path in paths]
            late = [
                path
                for path, entry in entries
                if entry is None
                or (entry.cls == "NetworkSerialPort" and not entry.params.get("port"))
            ]
            if not late:
                break
            if time.monotonic() > deadline:
                names = ", ".join("/".join(path) for path in late)
                raise Failed(
                    "rig", f"labgrid: place {name}: its exporter did not start {names}",
                    "its log says why; is ser2net installed there?",
                )  # fmt: skip
            await self.pause(0.1)
        return [
            {
                "name": getattr(place.getmatch(path), "rename", None) or path[3],
                "group": path[1],
                "cls": entry.cls,
                "params": {k: v for k, v in entry.params.items() if k != "extra"},
            }
            for path, entry in entries
        ]

    # -- holding and giving back ----------------------------------------------------------------

    def trouble(self, name: str) -> str:
        """Why the place is ours no more; empty while it is."""
        if self.session.stopping.is_set():
            return f"the coordinator {self.address} went away"
        place = self.session.places.get(name)
        if place is None:
            return f"place {name} was deleted"
        if place.acquired != self.me:
            return f"place {name} was taken away, it is held by {place.acquired or 'nobody'}"
        gone = ["/".join(path) for path in self.paths.get(name, []) if self.entry(path) is None]
        return f"place {name}: {', '.join(gone)} went away" if gone else ""

    def tell_losses(self) -> None:
        """Say once for each place that it went away."""
        for name, board in self.held.items():
            why = self.trouble(name)
            if why and name not in self.told:
                self.told.add(name)
                say(lost={"board": board, "why": why})

    async def hold(self) -> None:
        """Until the run ends: the pause says so."""
        try:
            while True:
                self.tell_losses()
                await self.pause(0.5)
        finally:
            self.tell_losses()

    async def give_back(self) -> None:
        """Release what is held; only ever what is ours."""
        for name in list(self.held):
            request = self.messages.ReleasePlaceRequest(placename=name, fromuser=self.me)
            await self.ask("ReleasePlace", request)
        for token in self.tokens:
            try:
                await self.ask(
                    "CancelReservation", self.messages.CancelReservationRequest(token=token)
                )
            except Failed:
                continue  # it expired meanwhile
        say(released=sorted(self.held))

    async def sweep(self) -> None:
        """Take for held whatever this owner has; a reservation would keep its place a minute."""
        request = self.messages.GetReservationsRequest()
        reservations = (await self.ask("GetReservations", request)).reservations
        self.tokens = [found.token for found in reservations if found.owner == self.me]
        self.held = {
            place.name: "" for place in self.session.places.values() if place.acquired == self.me
        }


async def serve(asked: dict[str, Any]) -> int:
    from labgrid.remote.client import ClientSession
    from labgrid.remote.generated import labgrid_coordinator_pb2 as messages
    from labgrid.util.proxy import proxymanager

    logging.disable(logging.CRITICAL)  # what goes wrong is told in our own lines
    address = proxymanager.get_grpc_address(asked["coordinator"], default_port=20408)
    session = ClientSession(address, asyncio.get_running_loop())
    holder = Holder(session, messages, address)
    holder.watch_lifeline()
    try:
        await asyncio.wait_for(session.start(), CONNECT_S)
    except Exception as error:
        raise Failed(
            "rig",
            f"labgrid: the coordinator {address} does not answer",
            f"is labgrid-coordinator running there? ({type(error).__name__})",
        ) from error
    try:
        if asked.get("sweep"):
            await holder.sweep()
            return 0
        for want in asked["wants"]:
            await holder.give(want["board"], want["filter"], float(asked["wait_s"]))
        say(ready=True)
        await holder.hold()
    except asyncio.CancelledError:
        pass
    finally:
        if not session.stopping.is_set():
            await holder.give_back()
    return 0


def main() -> int:
    try:
        return asyncio.run(serve(json.loads(sys.argv[1])))
    except Failed as failed:
        say(failed=failed.told())
    except ImportError as error:
        say(failed={"kind": "rig", "what": f"labgrid: {sys.executable}: {error}", "hint": ""})
    return 1


if __name__ == "__main__":
    here = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120 (rig/ is no place to import from)
    sys.path[:] = [path for path in sys.path if os.path.realpath(path or ".") != here]
    sys.exit(main())
