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


def _forever():
    while True:
        yield


def _bare(task):
    # The least that a turn can be: look for what is ready, look at the clock, resume a task.
    start = ticks_us()
    for _ in range(32):
        _poller.poll(0)
        ticks_diff(ticks_us(), start)
        task.send(None)
    return ticks_diff(ticks_us(), start)


def emit_tick():
    # By how much the clock goes on at a time, as far as it is slower than looking at it.
    step, stood, seen = 0, False, 0
    last = ticks_us()
    for _ in range(20000):
        now = ticks_us()
        by = ticks_diff(now, last)
        last = now
        if by > 0:
            step = min(step or by, by)
            seen += 1
            if seen == 16:
                break
        else:
            stood = True
    emit("tick", step if stood else 1)


async def four_turns(times):
    # What four turns of the loop cost, so many times: a busy host may hold some of them up.
    took = []
    for _ in range(times):
        start = ticks_us()
        for _ in range(4):
            await sleep_ms(0)
        took.append(ticks_diff(ticks_us(), start))
    return took


async def emit_turn():
    # What a few turns of the loop cost, many times, and what bare turns do: the host takes the
    # quickest of each.
    took = await four_turns(40)
    task = _forever()
    bare = [_bare(task) for _ in range(6)]
    gc.collect()
    emit_tick()
    emit("turns", 4, took)
    emit("bare", 32, bare)


async def pace(ms):
    # A timer that is always pending and always too late to be of use.
    while True:
        await sleep_ms(ms)
