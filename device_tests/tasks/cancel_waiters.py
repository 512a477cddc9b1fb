# Three tasks wait for one event; the middle one is cancelled as the event is set.
import asyncio

log = []


async def waiter(name, event):
    try:
        await event.wait()
        log.append((name, "resumed"))
    except asyncio.CancelledError:
        log.append((name, "cancelled"))


async def main(set_first):
    event = asyncio.Event()
    tasks = [asyncio.create_task(waiter(name, event)) for name in "abc"]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    if set_first:
        event.set()
    tasks[1].cancel()
    if not set_first:
        event.set()
    for task in tasks:
        await task
    emit("log", sorted(log))
    log.clear()


asyncio.run(main(False))
asyncio.run(main(True))
