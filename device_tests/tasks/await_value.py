# Awaiting a task: before it runs, while it waits, after it ended, again, and by several tasks.
import asyncio

log = []
thing = object()


async def worker(value, ms):
    log.append("starts")
    await pause(ms)
    log.append("ends")
    return value


async def waiter(name, task):
    value = await task
    log.append((name, value is thing))


async def main():
    task = asyncio.create_task(worker(thing, 2))
    emit("value", (await task) is thing)
    log.append("awaited")
    emit("again", (await task) is thing)
    emit("again", (await task) is thing)
    emit("log", list(log))
    log.clear()

    task = asyncio.create_task(worker(thing, 0))
    for _ in range(4):
        await asyncio.sleep(0)
    emit("ended", list(log))
    emit("finished", (await task) is thing)
    log.clear()

    task = asyncio.create_task(worker(thing, 2))
    waiters = [asyncio.create_task(waiter(name, task)) for name in range(4)]
    for one in waiters:
        await one
    emit("waiters", log)


asyncio.run(main())
