"""Floors: the lowest sleep of a board, as the device code that enters it.

A board's profile names one (`floor = "lightsleep"`); it is the yardstick of the capture, so it
must not share the wait that is under test where the port has any other. Adding one is adding an
entry: it defines `quiet(ms)`, and may use `elapsed_us(since)` and `now_us()` of the frame.
"""

from __future__ import annotations

from rig.errors import UsageError, nearest

LIGHTSLEEP = """
import machine
def quiet(ms):
    since = now_us()
    for _ in range(20):  # some ports return early, and on some this clock stands still meanwhile
        left = ms - elapsed_us(since) // 1000
        if left <= 0:
            break
        machine.lightsleep(left)
"""

IDLE = """
import machine
def quiet(ms):
    since = now_us()
    while elapsed_us(since) < ms * 1000:
        machine.idle()
"""

SLEEP_MS = """
import time
def quiet(ms):
    time.sleep_ms(ms)
"""

RAW_WAIT = """
import socket
_nobody = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
def quiet(ms):
    since = now_us()
    while elapsed_us(since) < ms * 1000:
        _nobody.settimeout(ms / 1000 - elapsed_us(since) / 1000000)
        try:
            _nobody.recv(1)
        except OSError:
            pass
"""

FLOORS = {
    "lightsleep": LIGHTSLEEP,  # also wakes early on some ports, hence its loop
    "machine.lightsleep": LIGHTSLEEP,
    "idle": IDLE,
    "machine.idle": IDLE,
    "sleep_ms": SLEEP_MS,  # shares the wait under test on most ports: a last resort
    "raw-wait": RAW_WAIT,  # blocks in the kernel on a socket that nobody writes to
}
DEFAULT = "sleep_ms"


def code(name: str) -> str:
    """The device code of a floor. Raises UsageError for one that is not known."""
    name = name or DEFAULT
    if name not in FLOORS:
        raise UsageError(f"there is no floor {name!r}", nearest(name, list(FLOORS)))
    return FLOORS[name]
