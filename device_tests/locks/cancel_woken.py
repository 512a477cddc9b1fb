# The next in the queue is cancelled after it was woken and before it ran.
import asyncio


async def wait(number, lock):
    try:
        await lock.acquire()
    except asyncio.CancelledError:
        emit("cancelled", number)
        raise
    emit("acquired", number)
    await asyncio.sleep(0)
    lock.release()


async def main():
    lock = asyncio.Lock()
    for waiters in (3, 1):
        await lock.acquire()
        tasks = [asyncio.create_task(wait(number, lock)) for number in range(waiters)]
        for _ in range(3):
            await asyncio.sleep(0)
        lock.release()
        tasks[0].cancel()
        for _ in range(8):
            await asyncio.sleep(0)
        emit("free", not lock.locked(), [task.done() for task in tasks])
        for task in tasks:
            task.cancel()
    # A waiter that traps its cancellation does not have the lock.
    await lock.acquire()

    async def trap():
        try:
            await lock.acquire()
        except asyncio.CancelledError:
            pass
        emit("trapped", lock.locked())

    task = asyncio.create_task(trap())
    for _ in range(3):
        await asyncio.sleep(0)
    task.cancel()
    await task
    lock.release()
    emit("last", lock.locked())


asyncio.run(main())
