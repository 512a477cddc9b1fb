# The host sends piece after piece, each when it is told to; what did each way of reading get?
import asyncio
import sys
import time


def into(stream, size):
    async def read():
        buffer = bytearray(size)
        count = await stream.readinto(buffer)
        return bytes(buffer[:count])

    return read()


async def lines(stream, count):
    # Of so many empty ones, how many came as such.
    right = 0
    for _ in range(count):
        line = await stream.readline()
        right += line == b"\n"
    return right


async def whole(stream, size, read):
    # By as many reads as it takes, for one may return fewer.
    got = b""
    while len(got) < size:
        got += await read(stream, size - len(got))
    return got


async def main():
    streams = {"wire": asyncio.StreamReader(wire), "text": asyncio.StreamReader(sys.stdin)}
    got = []
    for what, how, size in params["reads"]:
        if what == "send":
            await asyncio.sleep_ms(size)
            sys.stdout.write("\x05")
            continue
        if what == "busy":
            time.sleep_ms(size)
            continue
        if what == "print":
            print("." * size)
            continue
        if what == "write":
            writer = asyncio.StreamWriter(getattr(sys.stdout, "buffer", sys.stdout), {})
            writer.write(b"." * size)
            await writer.drain()
            continue
        stream = streams.get(what) or asyncio.StreamReader(wire)
        work = {
            "line": lambda: stream.readline(),
            "lines": lambda: lines(stream, size),
            "exactly": lambda: stream.readexactly(size),
            "some": lambda: stream.read(size),
            "into": lambda: into(stream, size),
            "whole by into": lambda: whole(stream, size, into),
            "whole by some": lambda: whole(stream, size, asyncio.StreamReader.read),
        }[how]
        try:
            got.append(await asyncio.wait_for_ms(work(), 2500))
        except asyncio.TimeoutError:
            got.append(None)  # what is missing was lost
            break
    take_the_rest()
    emit("got", got)


asyncio.run(main())
