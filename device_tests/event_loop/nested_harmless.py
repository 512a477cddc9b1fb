# A task, deep in its awaits, calls asyncio.run; others wait meanwhile, each in a way of its own.
import asyncio

log = []


async def inner():
    log.append("inner ran")


async def deep(levels):
    if levels:
        return await deep(levels - 1)
    nested = inner()
    try:
        asyncio.run(nested)
        log.append("not refused")
    except Exception:
        log.append("refused")
        nested.close()


async def sleeper():
    await pause(5)
    log.append("slept")


async def waiter():
    await event.wait()
    log.append("event")


async def ready():
    for _ in range(3):
        await asyncio.sleep(0)
    log.append("turns")


async def main():
    global event
    event = asyncio.Event()
    me = asyncio.current_task()
    tasks = [asyncio.create_task(each) for each in (sleeper(), waiter(), ready())]
    await asyncio.sleep(0)
    await asyncio.create_task(deep(3))
    emit("still_current", asyncio.current_task() is me)
    event.set()
    for task in tasks:
        await task
    return "main"


emit("ended", asyncio.run(main()))
emit("log", log)
