# Put in front of life/over: streams that come and go.
import asyncio
import io


async def streams():
    line = Line()
    stream = asyncio.StreamReader(line)
    await stream.readline()
    stream.write(b"answer")
    await stream.drain()
    stream.close()
    await stream.wait_closed()


async def cancelled_reads():
    await end(asyncio.create_task(quiet_stream.read(1)))


async def cancelled_flags():
    await end(asyncio.create_task(unset.wait()))


async def failed_reads():
    try:
        await asyncio.StreamReader(Broken()).read(1)
    except OSError:
        pass


async def timed_out_reads():
    try:
        await asyncio.wait_for_ms(quiet_stream.read(1), 0)
    except asyncio.TimeoutError:
        pass


async def drains():
    stream.write(b"some")
    await stream.drain()
    await stream.drain()


async def one_stream():
    stream.write(b"answer")
    await stream.drain()
    await stream.readline()


class Line(io.IOBase):
    mask = 5  # ready for everything

    def ioctl(self, request, flags):
        return flags & self.mask if request == 3 else -1 if request != 4 else 0

    def readline(self):
        return b"line\n"

    def read(self, size=-1):
        return b"a"

    def write(self, data):
        return len(data)

    def close(self):
        pass


class Broken(Line):
    def read(self, size=-1):
        raise OSError(104)


stream = asyncio.StreamReader(Line())
quiet = Line()
quiet.mask = 0
quiet_stream = asyncio.StreamReader(quiet)
unset = asyncio.ThreadSafeFlag()


async def has_some():
    await pause(2)
    quiet.mask = 5


async def read_later():
    # From the stream that so many gave up to read, in a life of that.
    asyncio.create_task(has_some())
    await quiet_stream.read(1)
    quiet.mask = 0


async def woken_by_unset():
    asyncio.create_task(sets(unset))
    await unset.wait()


ALSO_PROMPT = (read_later, woken_by_unset)
