# A task is cancelled in the very round in which what it awaits has ended.
import asyncio

log = []


async def inner(event):
    await event.wait()
    log.append("inner ends")
    return "value"


async def outer(task):
    try:
        value = await task
        log.append(value)
        await asyncio.sleep(0)
        log.append("went on")
    except asyncio.CancelledError:
        log.append("CancelledError")
        raise


async def main():
    for turns in range(params["turns"]):
        event = asyncio.Event()
        task = asyncio.create_task(outer(asyncio.create_task(inner(event))))
        for _ in range(3):
            await asyncio.sleep(0)
        event.set()
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        try:
            await task
            log.append("returned")
        except asyncio.CancelledError:
            log.append("raised")
        emit("log", list(log))
        log.clear()


asyncio.run(main())
