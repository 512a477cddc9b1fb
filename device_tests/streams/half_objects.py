# Streams that can do one thing only, as a sensor that is read and a display that is written.
import io


class Source(io.IOBase):
    def ioctl(self, request, argument):
        return argument & 1 if request == 3 else -1

    def read(self, size=-1):
        return b"data"


class Sink(io.IOBase):
    taken = b""

    def ioctl(self, request, argument):
        return argument & 4 if request == 3 else -1

    def write(self, data):
        self.taken += bytes(data)
        return len(data)


async def main():
    emit("read", await asyncio.StreamReader(Source()).read(4))
    sink = Sink()
    stream = asyncio.StreamWriter(sink, {})
    stream.write(b"data")
    await stream.drain()
    emit("written", sink.taken)


asyncio.run(main())
