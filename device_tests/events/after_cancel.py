# What a cancelled waiter leaves of an event, and its own second wait on it.
import asyncio

log = []


async def wait(name, event):
    await event.wait()
    log.append(name)


async def again(event):
    try:
        await event.wait()
    except asyncio.CancelledError:
        log.append("cancelled")
    await event.wait()
    log.append("again")


async def main():
    # Woken by the event, and cancelled before its turn.
    event = asyncio.Event()
    task = asyncio.create_task(wait("woken", event))
    await asyncio.sleep(0)
    event.set()
    task.cancel()
    for _ in range(2):
        await asyncio.sleep(0)
    emit("is-set", event.is_set())
    log.clear()

    event = asyncio.Event()
    asyncio.create_task(wait("other", event))
    task = asyncio.create_task(again(event))
    await asyncio.sleep(0)
    task.cancel()
    for _ in range(3):
        await asyncio.sleep(0)
    emit("waits", log)
    event.set()
    await task
    emit("woken", sorted(log))


asyncio.run(main())
