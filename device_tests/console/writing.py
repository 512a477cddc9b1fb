# The host does not read for a while, and the console's buffers fill up; another task counts its
# turns.
import asyncio
import sys


async def tick():
    global ticks
    while True:
        await asyncio.sleep_ms(5)
        ticks += 1


async def main():
    task = asyncio.create_task(tick())
    writer = asyncio.StreamWriter(getattr(sys.stdout, "buffer", sys.stdout), {})
    await asyncio.sleep_ms(0)
    sys.stdout.write("\x05")
    began = ticks
    for number in range(params["lines"]):
        if params["by"] == "print":
            print("%05d" % number, end="x" * params["width"])
            await asyncio.sleep_ms(0)
        else:
            writer.write(b"%05d" % number + b"x" * params["width"])
            await writer.drain()
    during = ticks - began
    await asyncio.sleep_ms(12)
    task.cancel()
    sys.stdout.write("\x06")
    emit("ticks", during, ticks - began)


ticks = 0
asyncio.run(main())
