# Put in front of scripts with a UART whose TX is wired to its own RX.
from machine import UART

wait_for_ms = asyncio.wait_for_ms
number, ends = params["uart"]
try:
    # A buffer for all that is ever under way. No timeouts: an rp2 keeps them over a soft reset,
    # as long as a slow line needed them.
    uart = UART(number, params["baud"], timeout=0, timeout_char=0, rxbuf=1024, **ends)
    emit("buffer", 1024)
except TypeError:
    uart = UART(number, params["baud"], **ends)
    emit("buffer", 0)
time.sleep_ms(2)  # what opening it put on the line
uart.read()
reader = asyncio.StreamReader(uart)
sent_at = 0


def send(_=None):
    global sent_at
    sent_at = ticks_us()
    uart.write(params["data"])


async def within(ms, what):
    # None where it does not come to an end.
    try:
        return await wait_for_ms(what, ms)
    except asyncio.TimeoutError:
        return None
