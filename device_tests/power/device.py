# A task reads an object of our own, which has no descriptor and never becomes ready.
import asyncio
import io


class Quiet(io.IOBase):
    def ioctl(self, request, flags):
        return 0 if request == 3 else -1


async def main():
    reader = asyncio.StreamReader(Quiet())
    begin()
    try:
        await asyncio.wait_for_ms(reader.read(1), params["window_ms"])
    except asyncio.TimeoutError:
        pass
    done()
    note("time-out wakes the task")


frame(lambda: asyncio.run(main()))
