# Set by a callback that the scheduler runs between two instructions of some task.
import asyncio

import micropython


def callback(flag):
    flag.set()


async def main():
    flag = asyncio.ThreadSafeFlag()
    micropython.schedule(callback, flag)
    await flag.wait()
    emit("set-before")

    async def later():
        for _ in range(5):
            await asyncio.sleep(0)
        micropython.schedule(callback, flag)
        emit("scheduled")

    task = asyncio.create_task(later())
    await flag.wait()
    emit("set-while-waiting")
    await task


asyncio.run(main())
