# Tasks wait for a device, and stop waiting in one way or another: is it asked after that?
import asyncio
import io


class Device(io.IOBase):
    def __init__(self):
        self.ready, self.asked, self.over = 0, 0, False

    def ioctl(self, request, flags):
        if request != 3:  # MP_STREAM_POLL
            return -1
        self.asked += self.over
        return flags & self.ready

    def read(self, size=-1):
        return b"x" if self.ready else None

    def write(self, data):
        return len(data) if self.ready else None

    def close(self):
        self.over = True


async def becomes_ready(device):
    await asyncio.sleep_ms(1)
    device.ready = 5


async def served(device, stream):
    asyncio.create_task(becomes_ready(device))
    await stream.read(1)


async def drained(device, stream):
    stream.write(b"x")
    asyncio.create_task(becomes_ready(device))
    await stream.drain()


async def cancelled(device, stream):
    task = asyncio.create_task(stream.read(1))
    await asyncio.sleep_ms(1)
    task.cancel()  # it is closed before there is another turn


async def timed_out(device, stream):
    try:
        await asyncio.wait_for_ms(stream.read(1), 1)
    except asyncio.TimeoutError:
        pass


async def main():
    for way in (served, drained, cancelled, timed_out):
        device = Device()
        stream = asyncio.StreamReader(device)
        await way(device, stream)
        await stream.wait_closed()
        for _ in range(3):
            await asyncio.sleep_ms(0)
        await asyncio.sleep_ms(2)
        emit(way.__name__, device.over, device.asked)


asyncio.run(main())
