# The only task waits for a flag that a scheduled callback sets after it ran a few times.
import asyncio

import micropython

flag = asyncio.ThreadSafeFlag()
count = 0


def callback(_):
    global count
    count += 1
    if count < params["times"]:
        micropython.schedule(callback, None)
    else:
        flag.set()


async def main():
    micropython.schedule(callback, None)
    await flag.wait()
    emit("resumed", count)


asyncio.run(main())
