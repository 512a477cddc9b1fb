# Put in front of scripts in which tasks wait for what does not come, or for devices that become
# ready by themselves.
import io
import time

sleep_ms, wait_for_ms = asyncio.sleep_ms, asyncio.wait_for_ms


class Device(io.IOBase):
    # Ready for reading and for writing from an instant on: never where that is None.
    unasked = 0  # reads of any before that

    def __init__(self, read_ms=None, write_ms=None, size=4):
        self.data, self.size = b"data", size
        self.bits, self.error = 0, None
        self.reads(read_ms)
        self.writes(write_ms)
        self.written = b""

    def reads(self, ms):
        self.read_at = None if ms is None else time.ticks_add(ticks_us(), ms * 1000)

    def writes(self, ms):
        self.write_at = None if ms is None else time.ticks_add(ticks_us(), ms * 1000)

    def ioctl(self, request, flags):
        if request != 3:  # MP_STREAM_POLL
            return -1
        ready = (1 if over(self.read_at) else 0) | (4 if over(self.write_at) else 0)
        return self.bits | ready & flags if ready & flags else 0

    def read(self, size=-1):
        if over(self.read_at):
            return self.data
        Device.unasked += 1
        return None

    def readline(self):
        return self.read()

    def write(self, data):
        if not over(self.write_at):
            return None
        if self.error:
            raise self.error
        self.written += bytes(data[: self.size])
        if len(data) > self.size:
            self.writes(None)  # it is full, until it is said when there is room again
        return min(len(data), self.size)


def over(instant):
    return instant is not None and ticks_diff(ticks_us(), instant) >= 0


async def read(device):
    return await asyncio.StreamReader(device).read(4)


async def rest(ms):
    await sleep_ms(ms)


def quiet(what):
    # Tasks that wait for what does not come.
    if what == "flag":
        return [asyncio.create_task(asyncio.ThreadSafeFlag().wait())]
    if what == "device":
        return [asyncio.create_task(read(Device()))]
    if what == "console":
        import sys

        return [asyncio.create_task(read(getattr(sys.stdin, "buffer", sys.stdin)))]
    if what == "many":
        return [asyncio.create_task(read(Device())) for _ in range(12)]
    if what == "sleepers":
        return [asyncio.create_task(rest(60000 + number)) for number in range(24)]
    return []
