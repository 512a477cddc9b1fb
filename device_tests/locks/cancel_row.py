# Each task that is next in the queue is cancelled before its turn, one after another.
import asyncio

log = []


async def work(name, lock):
    async with lock:
        log.append(name)


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.create_task(work(number, lock)) for number in range(5)]
    for _ in range(2):
        await asyncio.sleep(0)
    lock.release()
    for task in tasks[:4]:
        task.cancel()
        await asyncio.sleep(0)
    for _ in range(4):
        await asyncio.sleep(0)
    emit("log", log)
    emit("after", lock.locked())


asyncio.run(main())
