# Tasks that wait for the lock are cancelled while somebody else holds it.
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
    await lock.acquire()
    tasks = [asyncio.create_task(wait(number, lock)) for number in range(5)]
    for _ in range(3):
        await asyncio.sleep(0)
    emit("cancel", tasks[0].cancel(), tasks[2].cancel(), tasks[4].cancel())
    for _ in range(3):
        await asyncio.sleep(0)
    emit("still-locked", lock.locked())
    emit("done", [task.done() for task in tasks])
    lock.release()
    for _ in range(6):
        await asyncio.sleep(0)
    emit("free", lock.locked(), [task.done() for task in tasks])
    await lock.acquire()
    emit("usable", lock.locked())


asyncio.run(main())
