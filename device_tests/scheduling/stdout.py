# A task waits until standard output takes more: the way a stream's drain waits.
import asyncio
import sys
from asyncio import core


async def room():
    yield core._io_queue.queue_write(sys.stdout)


async def main():
    for _ in range(3):
        await room()
        emit("resumed")


asyncio.run(main())
