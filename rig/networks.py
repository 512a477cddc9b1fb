"""How a board comes to a network, and which address the host has for it: `[board.NAME.network]`.

The secrets stay where the bench's owner keeps them, in the environment or in a file: here are their
names alone, and only what goes to the board holds them (`BoardNetwork.wlan`).
"""

from __future__ import annotations

import ipaddress
import os
import socket
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from rig import tables
from rig.errors import RigError, UsageError
from rig.virtual.fence import Network

NO_TABLE = "the bench gives this board no [board.NAME.network] (docs/network.md)"
ANYWHERE = ("192.0.2.1", 9)
"""TEST-NET-1 (RFC 5737): asking for the way there sends nothing."""


class BoardNetwork(BaseModel):
    """The table; `network = "machine"` is short for one with that `reaches`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reaches: Network = "own"  # virtual boards: a loopback of their own, or the machine's network
    ssid_env: str = ""  # the environment variable that holds the network's name
    password_env: str = ""  # and the one that holds its password; left out for an open network
    credentials: str = ""  # or a TOML file with both, `ssid` and `password`
    address: str = ""  # "192.168.1.50/24", static; by DHCP where left out
    gateway: str = ""
    host: str = ""  # this machine's address for the board; that of its default route if left out
    join_s: float = Field(30.0, ge=1, le=600)  # board seconds that joining may take

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        return {"reaches": given} if isinstance(given, str) else given

    @field_validator("address")
    @classmethod
    def _is_interface(cls, text: str) -> str:
        if text and "/" not in text:
            raise ValueError(f"{text!r} says nothing of the netmask: write 192.168.1.50/24")
        return str(ipaddress.IPv4Interface(text)) if text else ""

    @field_validator("gateway", "host")
    @classmethod
    def _is_address(cls, text: str) -> str:
        return str(ipaddress.IPv4Address(text)) if text else ""

    def trouble(self) -> tuple[str, str, str]:
        """(key, what does not fit, hint) of the first thing that does not; ('', '', '') if all."""
        if self.credentials and (self.ssid_env or self.password_env):
            return "credentials", "and an environment variable too", "leave one of them out"
        if self.password_env and not self.ssid_env:
            return "password_env", "a password, and no ssid_env", 'add ssid_env = "…"'
        if self.gateway and not self.address:
            return "gateway", "only a static address needs one", "add address, or leave it out"
        return "", "", ""

    def secrets(self, home: Path) -> tuple[str, str]:
        """(ssid, password), both empty for a wired board. Raises RigError where they cannot be had,
        and never says what they are."""
        if self.credentials:
            path = home / self.credentials
            hint = 'it needs ssid = "…" and password = "…"'
            try:
                table = tables.read(path, hint, UsageError)
            except UsageError as error:
                raise RigError(f"{path}: it cannot be read as TOML", hint) from error
            unknown = sorted(set(table) - {"ssid", "password"})
            found = table.get("ssid"), table.get("password", "")
            if unknown or not found[0] or not all(isinstance(text, str) for text in found):
                raise RigError(f"{path}: no ssid and password, or more than these", hint)
            return str(found[0]), str(found[1])
        names = self.ssid_env, self.password_env
        for name in names:
            if name and not os.environ.get(name):
                raise RigError(f"the environment has no {name}", f"export {name}=…")
        return os.environ.get(names[0], ""), os.environ.get(names[1], "")

    def static(self) -> tuple[str, str, str, str] | None:
        """(address, netmask, gateway, name server), as MicroPython's ifconfig takes them."""
        if not self.address:
            return None
        interface = ipaddress.IPv4Interface(self.address)
        gateway = self.gateway or str(interface.network.network_address + 1)
        return str(interface.ip), str(interface.netmask), gateway, gateway


class NetworkStation(BaseModel):
    """A board's network: what the bench says, and what was found when board and host met there."""

    model_config = ConfigDict(extra="forbid")
    entry: BoardNetwork = Field(default_factory=lambda: BoardNetwork.model_validate({}))
    home: Path = Path()  # where the bench file is: relative files are from there
    cable: str = ""  # a virtual board's: where the host gets sockets in the board's network
    host: str = ""
    board: str = ""  # as the host saw it
    trouble: str = "nobody has tried it yet"  # why they have not met

    @property
    def met(self) -> bool:
        """Whether each has reached the other."""
        return not self.trouble

    def host_address(self) -> str:
        """This machine's address for the board. Raises RigError where it has none."""
        towards = (self.entry.address.partition("/")[0] or ANYWHERE[0], ANYWHERE[1])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
            try:
                way.connect(towards)
            except OSError as error:
                hint = 'host = "…" in the board\'s network table, the address on its network'
                raise RigError("this machine has no network", hint) from error
            return str(way.getsockname()[0])
