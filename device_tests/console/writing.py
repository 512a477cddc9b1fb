# The host does not read for a while, and all buffers on the way to it fill up; another task notes
# how long it was kept from its turns.
import asyncio
import sys
from time import ticks_diff, ticks_us


async def tick():
    global longest
    last = ticks_us()
    while True:
        await asyncio.sleep_ms(5)
        now = ticks_us()
        longest = max(longest, ticks_diff(now, last))
        last = now


async def main():
    task = asyncio.create_task(tick())
    writer = asyncio.StreamWriter(getattr(sys.stdout, "buffer", sys.stdout), {})
    await asyncio.sleep_ms(0)
    sys.stdout.write("\x05")
    start, lines = ticks_us(), 0
    while ticks_diff(ticks_us(), start) < params["ms"] * 1000:
        if params["by"] == "print":
            print("%05d" % lines, end="x" * params["width"])
            await asyncio.sleep_ms(0)
        else:
            writer.write(b"%05d" % lines + b"x" * params["width"])
            await writer.drain()
        lines += 1
    held = longest
    await asyncio.sleep_ms(12)
    task.cancel()
    sys.stdout.write("\x06")
    emit("lines", lines)
    emit("held", held)
    emit("took", ticks_diff(ticks_us(), start))


longest = 0
asyncio.run(main())
