# Cancelling a task that awaits a task (that awaits a task): who hears of it, in which order.
import asyncio

log = []


async def innermost(ignore):
    try:
        await asyncio.sleep(5)
    except asyncio.CancelledError:
        log.append("innermost")
        if not ignore:
            raise
    return "value"


async def outer(name, task):
    try:
        value = await task
        log.append((name, value))
        return value
    except asyncio.CancelledError:
        log.append((name, "CancelledError"))
        raise


async def main(ignore):
    task = asyncio.create_task(innermost(ignore))
    middle = asyncio.create_task(outer("middle", task))
    top = asyncio.create_task(outer("top", middle))
    other = asyncio.create_task(outer("other", task))
    for _ in range(4):
        await asyncio.sleep(0)
    top.cancel()
    for one in (top, other):
        try:
            log.append(await one)
        except asyncio.CancelledError:
            log.append("CancelledError")
    emit("log", ignore, list(log))
    log.clear()


asyncio.run(main(False))
asyncio.run(main(True))
