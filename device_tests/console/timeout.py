# Nothing comes on the console: a wait for it times out, others run; then a byte comes.
import asyncio
import sys


async def tick():
    global ticks
    while True:
        await asyncio.sleep_ms(2)
        ticks += 1


async def into(reader):
    buffer = bytearray(2)
    return bytes(buffer[: await reader.readinto(buffer)])


async def main():
    task = asyncio.create_task(tick())
    reader = asyncio.StreamReader(getattr(sys.stdin, "buffer", sys.stdin))
    ways = (reader.read(1), reader.readline(), reader.readexactly(1), into(reader))
    for number, way in enumerate(ways):
        try:
            emit("read", await asyncio.wait_for_ms(way, 20))
        except asyncio.TimeoutError:
            emit("timeout", number, ticks)
    sys.stdout.write("\x05")
    try:
        emit("then", await asyncio.wait_for_ms(reader.read(1), 3000))
    except asyncio.TimeoutError:
        emit("then", None)  # it was lost: what comes next is not for this script
    task.cancel()


ticks = 0
asyncio.run(main())
