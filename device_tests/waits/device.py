# A device that becomes ready by itself: nothing interrupts, and no timer is due by then. How late
# is it noticed, by the port's own poll and by the loop?
import io
import time


class Device(io.IOBase):
    def __init__(self, ms):
        self.at = time.ticks_add(ticks_us(), ms * 1000)

    def ready(self):
        return ticks_diff(ticks_us(), self.at) >= 0

    def ioctl(self, request, flags):
        if request != 3:  # MP_STREAM_POLL
            return -1
        if not self.ready():
            return 0
        return 0x10 if params["bits"] == "hang-up" else flags & 5

    def read(self, size=-1):
        return (b"" if params["bits"] == "hang-up" else b"data") if self.ready() else None

    def write(self, data):
        return len(data) if self.ready() else None


def polled(device):
    poller = select.poll()
    poller.register(device, select.POLLIN)
    return poller.poll(params["limit_ms"])


async def looped(device, writes):
    if not writes:
        return await asyncio.StreamReader(device).read(4)
    stream = asyncio.StreamWriter(device, {})
    stream.write(b"data")
    return await stream.drain()


async def main():
    pacer = asyncio.create_task(pace(params["timer_ms"])) if params["timer_ms"] else None
    late = []
    for _ in range(params["times"]):
        device = Device(params["ms"])
        await looped(device, params["writes"])
        late.append(ticks_diff(ticks_us(), device.at))
    if pacer:
        pacer.cancel()
    emit("late", late)


if params["by"] == "poll":
    late = []
    for _ in range(params["times"]):
        device = Device(params["ms"])
        if not polled(device):
            emit("never")
        late.append(ticks_diff(ticks_us(), device.at))
    emit("late", late)
else:
    asyncio.run(main())
