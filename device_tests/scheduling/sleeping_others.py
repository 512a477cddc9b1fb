# A task sleeps for long; others take turns and sleep for short. Nobody waits for the long one.
import asyncio

log = []


async def long():
    try:
        await asyncio.sleep(params["long"])
        log.append("long")
    except asyncio.CancelledError:
        log.append("cancelled")


async def short(name):
    for turn in range(3):
        await pause(1)
        log.append(name)


async def main():
    task = asyncio.create_task(long())
    others = [asyncio.create_task(short(name)) for name in "ab"]
    for other in others:
        await other
    task.cancel()
    await task
    emit("log", log)


asyncio.run(main())
