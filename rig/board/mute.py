"""Why a port has no MicroPython that answers, by what came from it and what its USB ids say."""

from __future__ import annotations

import re

from rig import usb_ids
from rig.board.arriving import IN_ROM, NO_FIRMWARE, RESTARTS, ROM
from rig.errors import RigError
from rig.ports import Port

KBD = re.compile(
    rb"Traceback \(most recent call last\)|KeyboardInterrupt|MicroPython|boot\.py|>>> "
)
"""Words of a board that does run MicroPython."""
RP2 = (
    "hold BOOTSEL while you plug it in, copy flash_nuke.uf2, then MicroPython's .uf2: that erases "
    "main.py (rp2 has no safe mode)"
)
STM32 = "hold USR while it resets until the LEDs show safe mode, then remove main.py"
ESP = "erase it with esptool (esptool erase_flash) and flash MicroPython again"
SAFE_MODE: dict[int, str] = {0x2E8A: RP2, 0x303A: ESP, 0xF055: STM32, 0x0483: STM32}
"""How to be rid of a main.py that cannot be interrupted, by the USB vendor."""
BRIDGED = f"on an ESP, {ESP}; on an STM32, {STM32}"
ANY = f"on a Pico, {RP2}; {BRIDGED}"
MAIN = (
    "a main.py that catches Ctrl-C (a bare except:) or switches it off (micropython.kbd_intr(-1)) "
    "looks like this"
)
PRESS = "press its reset button while this waits, for Ctrl-C counts most right after a reset"


def way_out(port: Port) -> str:
    """How boards of that kind are rid of their main.py."""
    if port.vid is None:
        return ANY
    bridge = usb_ids.is_bridge(port.vid, port.pid or 0)
    return BRIDGED if bridge else SAFE_MODE.get(port.vid, ANY)


class Mute(RigError):
    """No MicroPython answers on a port that opens."""


def why_mute(name: str, port: Port, seen: bytes, switched: bool) -> Mute:
    """What to say of a board that did not come to its prompt, after `seen` came from it.

    `switched`: the bench has a power switch for it, which was tried.
    """
    about = f"port {port.device} (board {name})"
    tail = repr(seen[-200:])[1:]
    power = "" if switched else "; a power_cycle command in the bench lets the rig do that"
    if IN_ROM.search(seen):
        what = f"{about}: the board is in its bootloader, not in MicroPython (it said {tail})"
        hint = (
            "press reset with no other button held; if it comes back there, DTR and RTS hold its "
            "boot pin: dtr = false and rts = false in its bench table"
        )
    elif NO_FIRMWARE.search(seen):
        what = f"{about}: the board has no firmware that starts (it said {tail})"
        hint = "flash MicroPython for it: https://micropython.org/download"
    elif b"CircuitPython" in seen:
        what = f"{about}: CircuitPython is there, and no raw REPL of MicroPython (it said {tail})"
        hint = "flash MicroPython for it: https://micropython.org/download"
    elif len(ROM.findall(seen)) >= RESTARTS:
        what = f"{about}: it restarts again and again and reaches no REPL (it said {tail})"
        hint = f"a main.py or boot.py that resets it, too little power, or a crash: {way_out(port)}"
    elif ROM.search(seen):
        what = f"{about}: it boots, but no MicroPython answers (it said {tail})"
        hint = f"{MAIN}: {PRESS}, or {way_out(port)}"
    elif KBD.search(seen):
        what = f"{about}: no MicroPython answers, though it runs: its main.py does not stop at"
        what += f" Ctrl-C (it said {tail})"
        hint = f"{PRESS}{power}, or {way_out(port)}"
    elif seen:
        what = f"{about}: no MicroPython answers; it said {tail}"
        odd = sum(byte >= 0x80 or (byte < 32 and byte not in b"\r\n\t\x1b\x04") for byte in seen)
        hint = "is it a board at all, is its REPL on this port?"
        if odd * 4 > len(seen):
            hint = "is the baud rate right (baudrate in its bench table)? is it a board at all?"
        hint += f" If it is: {MAIN}: {PRESS}{power}, or {way_out(port)}"
    elif (port.vid, port.pid) == usb_ids.JTAG:
        what = f"{about}: no MicroPython answers: the port is there and says nothing at all"
        hint = (
            "press EN or unplug it: this chip's USB-Serial-JTAG can be dead after a reset by its "
            f"lines (espressif/esp-idf 18996); prefer its UART port. Else {MAIN}: {way_out(port)}"
        )
    else:
        what = f"{about}: no MicroPython answers: it says nothing at all"
        hint = (
            "is it running MicroPython, is its REPL on this port, is the baud rate right? "
            f"If all that is so, {MAIN}: {PRESS}{power}, or {way_out(port)}"
        )
    return Mute(what, hint)


def no_emulator(error: RigError, trouble: str) -> RigError:
    """What to say of an emulated board that is not had: it has no buttons and no cable, only a
    command. `trouble` is what its clock says."""
    what = f"{error.what}; {trouble}" if trouble else error.what
    hint = "does its emulator run this firmware, and is the console that it names the REPL's?"
    return type(error)(what, f"{hint} docs/adding-an-emulator.md")
