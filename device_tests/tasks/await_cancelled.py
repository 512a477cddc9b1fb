# Awaiting a cancelled task: what its waiters see, and whether they themselves go on.
import asyncio

log = []


async def worker():
    await asyncio.sleep(5)


async def waiter(name, task):
    try:
        await task
        log.append((name, "nothing"))
    except asyncio.CancelledError:
        log.append((name, "CancelledError"))
    await asyncio.sleep(0)
    log.append((name, "goes on"))


async def main():
    task = asyncio.create_task(worker())
    waiters = [asyncio.create_task(waiter(name, task)) for name in "ab"]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    for one in waiters:
        await one
    await asyncio.create_task(waiter("late", task))
    emit("log", log)


asyncio.run(main())
