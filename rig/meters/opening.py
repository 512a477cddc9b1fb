"""From a meter's entry in the bench file to an open `Meter`."""

from __future__ import annotations

from typing import Any

from rig.meters.ina import Ina
from rig.meters.instrument import ScpiMeter
from rig.meters.joulescope import Joulescope
from rig.meters.meter import Meter
from rig.meters.powershield import PowerShield
from rig.meters.ppk2 import Ppk2


def open_meter(
    kind: str,
    resource: str,
    *,
    backend: str = "@py",
    dialect: str = "",
    range_a: float | None = None,
    trigger: str = "",
    channel: int | None = None,
    baud_rate: int | None = None,
    voltage: float | None = None,
    feeds: bool | None = None,
    modelled: bool = False,
    options: dict[str, Any] | None = None,
) -> Meter:
    """The meter, opened; raises RigError where there is none or it is another thing."""
    if kind == "ppk2":
        return Ppk2(resource, options, voltage=voltage)
    if kind == "joulescope":
        return Joulescope(resource, options, voltage=voltage, range_a=range_a)
    if kind == "powershield":
        return PowerShield(resource, options, voltage=voltage, baud_rate=baud_rate)
    if kind == "ina":
        return Ina(resource, options, baud_rate=baud_rate)
    return ScpiMeter(
        resource,
        backend=backend,
        dialect=dialect,
        range_a=range_a,
        trigger=trigger,
        channel=channel,
        baud_rate=baud_rate,
        voltage=voltage,
        feeds=feeds,
        modelled=modelled,
    )
