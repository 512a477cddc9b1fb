# Many wakes of one kind, each timed: which of them, by their numbers, are late?
import asyncio
import gc
import io
from time import ticks_diff, ticks_us

FIRST = 48
EVERY = 32


async def on_event(turn):
    event.clear()
    task = asyncio.create_task(set_it())
    start = ticks_us()
    await event.wait()
    took = ticks_diff(ticks_us(), start)
    await task
    return took


async def set_it():
    event.set()


async def on_task(turn):
    start = ticks_us()
    await asyncio.create_task(nothing())
    return ticks_diff(ticks_us(), start)


async def nothing():
    pass


async def on_lock(turn):
    await lock.acquire()
    task = asyncio.create_task(release())
    start = ticks_us()
    await lock.acquire()
    took = ticks_diff(ticks_us(), start)
    lock.release()
    await task
    return took


async def release():
    lock.release()


async def on_sleep(turn):
    start = ticks_us()
    await asyncio.sleep_ms(1)
    return ticks_diff(ticks_us(), start)


async def on_flag(turn):
    task = asyncio.create_task(set_flag())
    start = ticks_us()
    await flag.wait()
    took = ticks_diff(ticks_us(), start)
    await task
    return took


async def set_flag():
    flag.set()


async def on_gather(turn):
    start = ticks_us()
    await asyncio.gather(nothing(), nothing())
    return ticks_diff(ticks_us(), start)


async def on_cancel(turn):
    task = asyncio.create_task(event.wait())
    await asyncio.sleep(0)
    start = ticks_us()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
    return ticks_diff(ticks_us(), start)


async def on_timeout(turn):
    start = ticks_us()
    try:
        await asyncio.wait_for_ms(event.wait(), 1)
    except asyncio.TimeoutError:
        pass
    return ticks_diff(ticks_us(), start)


async def on_stream(turn):
    task = asyncio.create_task(feed())
    start = ticks_us()
    await stream.read(1)
    took = ticks_diff(ticks_us(), start)
    await task
    return took


async def on_drain(turn):
    stream.write(b"a")
    start = ticks_us()
    await stream.drain()
    return ticks_diff(ticks_us(), start)


async def feed():
    line.data = b"a"


class Line(io.IOBase):
    # Ready for reading when there is a byte, and always for writing.
    data = b""

    def ioctl(self, request, flags):
        if request != 3:  # MP_STREAM_POLL
            return -1
        return flags & (5 if self.data else 4)

    def read(self, size=-1):
        data, self.data = self.data, b""
        return data or None

    def write(self, data):
        return len(data)


line = Line()
stream = asyncio.StreamReader(line)


async def main():
    global event, flag, lock
    event, lock = asyncio.Event(), asyncio.Lock()
    flag = asyncio.ThreadSafeFlag()
    wake = globals()["on_" + params["kind"]]
    first, late, limit = [], [], 0
    for number in range(params["wakes"]):
        if number % EVERY == 0:
            gc.collect()  # by itself it would strike at the same number each time
        took = await wake(number)
        if number < FIRST:
            first.append(took)
            if number == FIRST - 1:
                first.sort()
                limit = 4 * first[FIRST // 4] + params["tick_us"]
        elif took > limit and len(late) < 200:
            late.append((number, took))
    emit("limit", limit)
    emit("late", late)
    emit("wakes", number + 1)


asyncio.run(main())
