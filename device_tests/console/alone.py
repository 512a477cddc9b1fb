# The host sends one byte, and the next when this one was read: none may wait for what comes behind.
import asyncio
import sys


async def into(reader):
    buffer = bytearray(1)
    return bytes(buffer[: await reader.readinto(buffer)])


async def main():
    reader = asyncio.StreamReader(wire)
    got = b""
    for number in range(params["count"]):
        ways = (reader.read(1), reader.readexactly(1), into(reader))
        sys.stdout.write("\x05")
        try:
            got += await asyncio.wait_for_ms(ways[number % 3], 2500)
        except asyncio.TimeoutError:
            break
    take_the_rest()
    return got


if params["interrupt"]:
    emit("got", asyncio.run(main()))
else:
    import micropython

    micropython.kbd_intr(-1)
    try:
        got = asyncio.run(main())
    finally:
        micropython.kbd_intr(3)
    emit("got", got)
