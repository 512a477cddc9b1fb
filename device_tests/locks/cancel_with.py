# Of two tasks that wait for a lock in `async with` the one is cancelled, then the other one.
import asyncio

log = []


async def work(name, lock):
    async with lock:
        log.append(name)


async def main():
    for others in (1, 0):
        lock = asyncio.Lock()
        await lock.acquire()
        task = asyncio.create_task(work("cancelled", lock))
        for _ in range(others):
            asyncio.create_task(work("other", lock))
        await asyncio.sleep(0)
        task.cancel()
        for _ in range(3):
            await asyncio.sleep(0)
        emit("held", lock.locked(), log)
        lock.release()
        for _ in range(3):
            await asyncio.sleep(0)
        emit("released", lock.locked(), log)
        log.clear()


asyncio.run(main())
