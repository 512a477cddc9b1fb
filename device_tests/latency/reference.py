# Put in front of this chapter's scripts: the board's clock, the wait below the loop, and what
# one turn of the loop costs. Measurements are judged against these, not against other boards.
import asyncio
import gc
import select

try:
    from time import ticks_diff, ticks_us
except ImportError:  # CPython, the control
    from time import monotonic_ns

    def ticks_us():
        return monotonic_ns() // 1000

    def ticks_diff(end, start):
        return end - start


try:
    sleep_ms = asyncio.sleep_ms
except AttributeError:

    def sleep_ms(ms):
        return asyncio.sleep(ms / 1000)


_poller = select.poll()


def own_wait(ms):
    # Microseconds of the wait that the loop itself waits with, without the loop.
    start = ticks_us()
    _poller.poll(ms)
    return ticks_diff(ticks_us(), start)


async def emit_turn():
    # What 32 turns cost, several times over: the host takes the quickest.
    took = []
    for _ in range(8):
        start = ticks_us()
        for _ in range(32):
            await sleep_ms(0)
        took.append(ticks_diff(ticks_us(), start))
    gc.collect()
    emit("turns", 32, took)


async def pace(ms):
    # A timer that is always pending and always too late to be of use.
    while True:
        await sleep_ms(ms)
