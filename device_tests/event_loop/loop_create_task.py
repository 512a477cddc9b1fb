# Tasks by either create_task: what they are, when they run, what awaiting them gives.
import asyncio

log = []


async def worker(name):
    log.append((name, 0))
    await asyncio.sleep(0)
    log.append((name, 1))
    return name


async def main():
    loop = asyncio.get_event_loop()
    tasks = [
        asyncio.create_task(worker("a")),
        loop.create_task(worker("b")),
        asyncio.create_task(worker("c")),
        loop.create_task(worker("d")),
    ]
    emit("types", [type(task) is type(tasks[0]) for task in tasks])
    emit("before_their_turn", list(log))
    results = []
    for task in tasks:
        results.append(await task)
    emit("results", results)
    emit("log", log)


asyncio.run(main())
