# The host sends group after group, each in pieces with pauses of its own; ways to read, through the
# loop and beside it, and what is done meanwhile are drawn by a seed. What did each read get?
import asyncio
import sys
import time

below = Chance(params["seed"]).below


async def into(reader, size):
    buffer = bytearray(size)
    return bytes(buffer[: await reader.readinto(buffer)])


def beside(how, source, size):
    # Not by way of the loop: these hold it.
    if how == "its line":
        return source.readline()
    if how == "its bytes into":
        buffer = bytearray(size)
        return bytes(buffer[: source.readinto(buffer)])
    return source.read(size)


async def short_of_time(reader):
    # Cut short again and again; what was read is kept in the same breath.
    kept = []

    async def read():
        kept.append(await reader.read(1))

    for _ in range(2000):
        try:
            await asyncio.wait_for_ms(read(), below(4))
        except asyncio.TimeoutError:
            pass
        if kept:
            break
    return b"".join(kept)


async def one(how, reader, source, size):
    if how[:3] == "its":
        return beside(how, source, size)
    if how == "cut":
        return await short_of_time(reader)
    work = {"line": lambda: reader.readline(), "some": lambda: reader.read(size)}
    work["exactly"] = lambda: reader.readexactly(size)
    work["into"] = lambda: into(reader, size)
    return await asyncio.wait_for_ms(work[how](), 2500)


async def silence(reader):
    # Nothing is to come: what comes later is for somebody else.
    ways = (reader.read(1), reader.readline(), reader.readexactly(1), into(reader, 1))
    try:
        emit("unasked", await asyncio.wait_for_ms(ways[below(4)], 2))
    except asyncio.TimeoutError:
        pass


async def meanwhile():
    while True:
        await asyncio.sleep_ms(1)


async def group(reader, source, ways, count):
    what = below(6)
    if what == 0:
        await silence(reader)
    sys.stdout.write("\x05")
    if what == 1:
        time.sleep_ms(12)  # it comes while nobody looks
    elif what == 2:
        await asyncio.sleep_ms(below(4))
    elif what == 3:
        print("." * below(40))
    got, left = [], count
    while left > 0:
        size = (1, 1, 2, 3, 16, 63, 64, 65, 200)[below(9)]
        how = ways[below(len(ways))]
        data = await one(how, reader, source, min(size, left))
        if source is not wire and isinstance(data, bytes):
            data = data.decode()  # asyncio's readline gives text as its bytes
        got.append((how, min(size, left), data))
        left -= len(data)
        if not data:
            break
    emit("got", got)


async def main():
    task = asyncio.create_task(meanwhile())
    bytes_of, text_of = asyncio.StreamReader(wire), asyncio.StreamReader(sys.stdin)
    ways = ("line", "some", "exactly", "into", "cut", "its line", "its bytes", "its bytes into")
    of_text = ("line", "some", "its line", "its characters")
    try:
        for text, count in params["groups"]:
            if text:
                await group(text_of, sys.stdin, of_text, count)
            else:
                await group(bytes_of, wire, ways, count)
    except asyncio.TimeoutError:
        emit("never")  # what is missing was lost
        take_the_rest()
    task.cancel()


asyncio.run(main())
