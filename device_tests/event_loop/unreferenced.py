# Tasks that nobody holds but the loop wait in several ways, while the heap is collected and used.
import asyncio
import gc

EACH = 4
ended = []


async def sleeper(number):
    await pause(10 + number)
    ended.append(("sleep", number))


async def waiter(number):
    await event.wait()
    ended.append(("event", number))


async def locker(number):
    async with lock:
        ended.append(("lock", number))


async def ready(number):
    for _ in range(20):
        await asyncio.sleep(0)
    ended.append(("ready", number))


async def main():
    global event, lock
    event, lock = asyncio.Event(), asyncio.Lock()
    await lock.acquire()
    for number in range(EACH):
        for work in (sleeper, waiter, locker, ready):
            asyncio.create_task(work(number))
    for _ in range(6):
        gc.collect()
        for size in range(16, 48):  # what was collected would be used again
            bytearray(size)
        await asyncio.sleep(0)
    event.set()
    lock.release()
    for _ in range(500):
        if len(ended) == 4 * EACH:
            break
        await pause(1)
    emit("ended", sorted(ended))


asyncio.run(main())
