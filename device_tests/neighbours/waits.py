# Every kind of wait, beside a callback that comes all the time: each ends, as it should, on time.
import io
from time import ticks_add


class Line(io.IOBase):
    data, room, got = b"", True, b""

    def ioctl(self, request, flags):
        if request != 3:  # MP_STREAM_POLL
            return -1
        return flags & ((1 if self.data else 0) | (4 if self.room else 0))

    def read(self, size=-1):
        data, self.data = self.data, b""
        return data or None

    def write(self, data):
        if not self.room:
            return None
        self.got = bytes(data)
        return len(data)


event, flag, lock, line = asyncio.Event(), asyncio.ThreadSafeFlag(), asyncio.Lock(), Line()
stream = asyncio.StreamReader(line)


async def later(ms, act):
    await sleep_ms(ms)
    act()
    return ms


def nothing():
    pass


def feed():
    line.data = b"data"


async def on_sleep(ms):
    await sleep_ms(ms)
    return ms


async def on_event(ms):
    event.clear()
    asyncio.create_task(later(ms, event.set))
    return ms if await event.wait() else None


async def on_flag(ms):
    asyncio.create_task(later(ms, flag.set))
    await flag.wait()
    return ms


async def on_lock(ms):
    await lock.acquire()
    asyncio.create_task(later(ms, lock.release))
    async with lock:
        return ms


class ByItself(Line):
    # It has data from an instant on, and nobody says so.
    def ioctl(self, request, flags):
        if ticks_diff(ticks_us(), self.at) >= 0:
            self.data = b"data"
        return Line.ioctl(self, request, flags)


async def on_stream(ms):
    if ms & 1 and params["does"] == "counts":  # what comes beside may end, and none may be heard of
        device = ByItself()
        device.at = ticks_add(ticks_us(), ms * 1000)
        return ms if await asyncio.StreamReader(device).read(9) == b"data" else None
    asyncio.create_task(later(ms, feed))
    return ms if await stream.read(9) == b"data" else None


def make_room():
    line.room = True


async def on_drain(ms):
    line.room, line.got = False, b""
    stream.write(b"some")
    asyncio.create_task(later(ms, make_room))
    await stream.drain()
    return ms if line.got == b"some" else None


async def rest():
    await sleep_ms(60000)


async def on_cancel(ms):
    task = asyncio.create_task(rest())
    asyncio.create_task(later(ms, task.cancel))
    try:
        await task
    except asyncio.CancelledError:
        return ms


async def on_timeout(ms):
    try:
        await wait_for_ms(asyncio.Event().wait(), ms)
    except asyncio.TimeoutError:
        return ms


async def on_gather(ms):
    got = await asyncio.gather(later(ms, nothing), later(ms + 1, nothing))
    return ms if got == [ms, ms + 1] else None


KINDS = (
    on_sleep, on_event, on_flag, on_lock, on_stream, on_drain, on_timeout, on_gather, on_cancel,
)  # fmt: skip


async def hears():
    while True:
        await flag_of_its_own.wait()


async def main():
    global calls
    if params["does"] == "sets":
        asyncio.create_task(hears())
    for kind in KINDS:
        if kind.__name__ != "on_" + params["kind"]:
            continue
        wrong, late, began, number = [], [], calls, -1
        pauses = params["pauses"]
        # A thread that plays the timer may itself be late: it has come by the end, though.
        since = ticks_us()
        while number + 1 < params["times"] or (
            calls < began + 3 and ticks_diff(ticks_us(), since) < 3000000
        ):
            number += 1
            ms = pauses[number % len(pauses)]
            start = ticks_us()
            got = await kind(ms)
            took = ticks_diff(ticks_us(), start)
            time.sleep_us(number % 13)  # the phase between neighbour and wait drifts
            if len(late) < params["times"]:
                late.append(took - ms * 1000)
            if got != ms:
                wrong.append((number, got))
        emit("waits", len(late), wrong)
        emit("late", late)
        emit("calls", calls - began, scheduled, full)


source = ""
source = start_source()
emit("source", source)
try:
    if source != "none":
        asyncio.run(main())
finally:
    stop_source()
