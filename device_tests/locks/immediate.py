# A free lock, and another task is ready: who comes first?
import asyncio


async def other():
    emit("other")


async def main():
    lock = asyncio.Lock()
    task = asyncio.create_task(other())
    await lock.acquire()
    lock.release()
    async with lock:
        emit("acquired")
    await task


asyncio.run(main())
