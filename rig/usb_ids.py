"""What USB ids say of a device: a bridge to a board's UART, a board, a bootloader, something else.

Ids are from the vendors' own files (udev rules, boards.txt, MicroPython's board definitions) and
from http://www.linux-usb.org/usb.ids. They only choose whom to ask: an answer makes a board.
"""

from __future__ import annotations

import re

UART_BRIDGES = {
    0x0403: "FTDI",
    0x067B: "Prolific",
    0x0D28: "DAPLink",
    0x10C4: "Silicon Labs CP210x",
    0x1366: "SEGGER J-Link",
    0x1A86: "WCH CH340",
}
"""USB vendors whose serial ports stand between the host and a board's UART."""
STLINK = (0x0483, range(0x3744, 0x3760))
JTAG = (0x303A, 0x1001)
"""Espressif's USB-Serial-JTAG, which may be dead after a reset by its lines (esp-idf 18996)."""

BOARDS = {
    0x045B: "Renesas",
    0x0483: "STMicroelectronics",
    0x1209: "pid.codes",
    0x16C0: "PJRC Teensy",
    0x1B4F: "SparkFun",
    0x1FC9: "NXP",
    0x2341: "Arduino",
    0x239A: "Adafruit",
    0x2886: "Seeed",
    0x2A03: "Arduino",
    0x2E8A: "Raspberry Pi",
    0x2FE3: "Zephyr",
    0x303A: "Espressif",
    0x3343: "DFRobot",
    0xF055: "MicroPython",
}
"""USB vendors of boards that run MicroPython, with its REPL on their own USB."""

OTHERS: dict[tuple[int, int | None], str] = {
    (0x1915, 0xC00A): "a Nordic PPK2, which takes what is typed for commands, voltages among them",
    (0x16D0, 0x0E88): "a Joulescope",
    (0x05E6, None): "a Keithley instrument",
    (0x0957, None): "an Agilent instrument",
    (0x2A8D, None): "a Keysight instrument",
    (0x1AB1, None): "a Rigol instrument",
    (0xF4EC, None): "a Siglent instrument",
    (0x0AAD, None): "a Rohde & Schwarz instrument",
    (0x0699, None): "a Tektronix instrument",
    (0x5345, None): "an Owon instrument",
    (0x1546, None): "a u-blox GPS receiver",
    (0x091E, None): "a Garmin GPS receiver",
    (0x067B, 0xAAA0): "a GPS receiver",
    (0x2C99, None): "a Prusa 3D printer",
    (0x1D50, 0x6029): "a Marlin 3D printer",
    (0x1D50, 0x614E): "a Klipper device, of a 3D printer",
    (0x2341, 0x0010): "an Arduino Mega, as 3D printers have it; it cannot run MicroPython",
    (0x2341, 0x0042): "an Arduino Mega, as 3D printers have it; it cannot run MicroPython",
    (0x2341, 0x0001): "an Arduino Uno, which cannot run MicroPython",
    (0x2341, 0x0043): "an Arduino Uno, which cannot run MicroPython",
    (0x1CF1, 0x0030): "a ConBee Zigbee stick",
    (0x0658, 0x0200): "a Z-Wave stick",
    (0x1D50, 0x6018): "a Black Magic probe, whose ports are a debugger's",
    (0x12D1, None): "a Huawei modem",
    (0x1199, None): "a Sierra modem",
    (0x2C7C, None): "a Quectel modem",
    (0x1E0E, None): "a SIMCom modem",
    (0x1BC7, None): "a Telit modem",
    (0x2DEE, None): "a Meig modem",
}
"""What a typed Ctrl-C must never reach. None stands for every product of the vendor."""
WORDS = re.compile(
    r"\b(?:PPK2|power profiler|GPS|GNSS|u-blox|3D.?printer|marlin|klipper|prusa|ultimaker|creality|"
    r"zigbee|z-wave|conbee|sonoff|modem|LTE|flipper|multimeter|oscilloscope|power supply|prologix|"
    r"GPIB|fax|scanner|barcode|RFID|LoRaWAN gateway|UPS|smart ?meter|ender|cnc|grbl)\b",
    re.IGNORECASE,
)
"""What devices behind a bridge, or with a borrowed id, call themselves."""

UF2 = "it is in its bootloader: copy a MicroPython .uf2 on its drive, or press reset once"
ROM = "it is in its bootloader: press reset, or flash MicroPython with esptool"
BOSSA = "it is in its bootloader: press reset once, or flash MicroPython (bossac, or a .uf2)"
DFU = "it is in its bootloader: press reset, or flash MicroPython with dfu-util"
BOOTLOADERS: dict[tuple[int, int], str] = {
    (0x2E8A, 0x0003): UF2,  # RP2040
    (0x2E8A, 0x000F): UF2,  # RP2350
    (0x303A, 0x0002): ROM,  # ESP32-S2
    (0x303A, 0x0009): ROM,  # ESP32-S2 and S3 by USB-OTG
    (0x0483, 0xDF11): DFU,
    (0x1209, 0x5741): DFU,
    (0x1FC9, 0x0130): "it is in its bootloader: press reset, or flash MicroPython with sdphost",
    (0x1FC9, 0x0135): "it is in its bootloader: press reset, or flash MicroPython with sdphost",
    (0x15A2, 0x0073): "it is in its bootloader: press reset, or flash MicroPython with blhost",
    (0x16C0, 0x0478): "it is in its bootloader: flash MicroPython with the Teensy loader",
    (0x03EB, 0x6124): BOSSA,  # SAM-BA
    (0x2341, 0x004D): BOSSA,
    (0x2341, 0x0054): BOSSA,
    (0x2341, 0x0057): BOSSA,
    (0x2341, 0x005A): BOSSA,  # Nano 33 BLE
    (0x2341, 0x005E): BOSSA,  # Nano RP2040 Connect
    (0x2341, 0x035B): DFU,  # Portenta H7
    (0x2341, 0x0366): DFU,  # Portenta C33
    (0x2341, 0x0364): DFU,  # Giga R1
    (0x2341, 0x0369): DFU,  # Uno R4 Minima
    (0x2341, 0x0070): DFU,  # Nano ESP32
}
UF2_VENDORS = {0x239A, 0x2886, 0x1B4F}
"""They give the bootloader the id of the application with its top bit (0x8000) cleared: 239a:0013
and 239a:8014, as Adafruit's boards.txt has them."""


def is_bridge(vid: int, pid: int) -> bool:
    """Whether it is a UART bridge rather than a board's own USB."""
    return vid in UART_BRIDGES or (vid == STLINK[0] and pid in STLINK[1])


def other(vid: int | None, pid: int | None, description: str = "") -> str:
    """What a device is known to be that is no board: `a Nordic PPK2, …`; else ''."""
    if vid is None:
        return ""
    known = OTHERS.get((vid, pid)) or OTHERS.get((vid, None))
    if known:
        return known
    called = WORDS.search(description)
    return f"no board by its name, {description!r}" if called else ""


def bootloader(vid: int | None, pid: int | None) -> str:
    """What to do about a board in its bootloader; '' for any other id."""
    if vid is None or pid is None:
        return ""
    in_uf2 = vid in UF2_VENDORS and pid < 0x0100
    return BOOTLOADERS.get((vid, pid), UF2 if in_uf2 else "")


def maybe_board(vid: int | None, pid: int | None) -> bool:
    """Whether a board may be behind these ids."""
    return vid is not None and (vid in BOARDS or is_bridge(vid, pid or 0))
