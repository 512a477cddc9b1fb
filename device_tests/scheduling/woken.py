# Some tasks are ready when another one is woken: whose turn is it?
import asyncio

log = []


async def ready(name):
    while True:
        log.append(name)
        await asyncio.sleep(0)


async def by_event(event, lock):
    await event.wait()


async def by_lock(event, lock):
    await lock.acquire()


async def by_gather(event, lock):
    await asyncio.gather(by_event(event, lock), by_event(event, lock))


async def by_wait_for(event, lock):
    await asyncio.wait_for(event.wait(), 60)


async def by_task(event, lock):
    await asyncio.create_task(by_event(event, lock))


async def woken(wait, event, lock):
    await wait(event, lock)
    log.append("woken")


async def main():
    spinners = [asyncio.create_task(ready(name)) for name in ("a", "b")]
    for wait in (by_event, by_lock, by_gather, by_wait_for, by_task):
        event, lock = asyncio.Event(), asyncio.Lock()
        await lock.acquire()
        task = asyncio.create_task(woken(wait, event, lock))
        for _ in range(4):
            await asyncio.sleep(0)
        log.clear()
        event.set()
        lock.release()
        await task
        emit("log", wait.__name__, log)
    for task in spinners:
        task.cancel()


asyncio.run(main())
