# The holder releases with others waiting, and asks for the lock again in the same breath.
import asyncio


async def wait(number, lock):
    await lock.acquire()
    emit("acquired", number)
    await asyncio.sleep(0)
    emit("releases", number)
    lock.release()


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.create_task(wait(number, lock)) for number in range(2)]
    for _ in range(3):
        await asyncio.sleep(0)
    lock.release()
    emit("locked", lock.locked())
    await lock.acquire()
    emit("acquired", "main")
    lock.release()
    for task in tasks:
        await task
    emit("after", lock.locked())


asyncio.run(main())
