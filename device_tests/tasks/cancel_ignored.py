# A task that ignores its cancellations: it goes on, and its value arrives.
import asyncio

log = []


async def worker(times):
    for _ in range(times):
        try:
            await asyncio.sleep(5)
            log.append("slept")
        except asyncio.CancelledError:
            log.append("ignored")
    for turn in range(3):
        await asyncio.sleep(0)
        log.append(turn)
    return "value"


async def main():
    task = asyncio.create_task(worker(params["times"]))
    for _ in range(params["times"]):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
    emit("value", await task)
    emit("log", log)


asyncio.run(main())
