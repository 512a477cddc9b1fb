# The board's own console as a stream: what is written there must not block the loop for ever.
import asyncio
import sys


async def other():
    for _ in range(3):
        await asyncio.sleep(0)
    emit("other")


async def main():
    task = asyncio.create_task(other())
    writer = asyncio.StreamWriter(getattr(sys.stdout, "buffer", sys.stdout), {})
    for number in range(3):
        writer.write(b"console %d\n" % number)
        await writer.drain()
    emit("drained")
    await task


asyncio.run(main())
