# Does what is driven at one end of a wire come in at the other? The input is pulled the other way
# each time, so that one which nothing is wired to is told. What the bench names is all that is
# touched.
import time
from time import ticks_diff, ticks_us

import machine


def pins(one, other):
    pull = [getattr(machine.Pin, name, None) for name in ("PULL_UP", "PULL_DOWN")]
    for level in (0, 1, 0, 1):
        end = [machine.Pin.IN] if pull[level] is None else [machine.Pin.IN, pull[level]]
        out = machine.Pin(one, machine.Pin.OUT, value=level)
        pin = machine.Pin(other, *end)
        time.sleep_ms(1)
        emit("level", level, pin.value())
        out.init(machine.Pin.IN)
    machine.Pin(other, machine.Pin.IN)


def loop(number, **ends):
    uart = machine.UART(number, 115200, **ends)
    time.sleep_ms(2)
    uart.read()
    start, got = ticks_us(), b""
    uart.write(params["sent"])
    while len(got) < len(params["sent"]) and ticks_diff(ticks_us(), start) < 100000:
        got += uart.read() or b""
    emit("got", got)
    uart.deinit()


def tried(what, *args, **ends):
    try:
        what(*args, **ends)
    except Exception as error:
        emit("raised", type(error).__name__, str(error))


if params["pins"]:
    tried(pins, *params["pins"])
if params["uart"]:
    number, ends = params["uart"]
    tried(loop, number, **ends)
