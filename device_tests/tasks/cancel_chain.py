# A long chain of tasks, each awaiting the next; the last one ignores the first cancellation.
import asyncio

log = []


async def last():
    for _ in range(2):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            log.append("last")
    await asyncio.sleep(60)


async def link(number, task):
    try:
        await task
    except asyncio.CancelledError:
        log.append(number)
        raise


async def main():
    task = asyncio.create_task(last())
    for number in range(params["length"]):
        task = asyncio.create_task(link(number, task))
    for _ in range(params["length"] + 2):
        await asyncio.sleep(0)
    for _ in range(3):
        task.cancel()
        for _ in range(2 * params["length"] + 4):
            await asyncio.sleep(0)
        emit("log", log)
    emit("done", task.done())


asyncio.run(main())
