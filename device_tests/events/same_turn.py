# The event is set, and perhaps cleared, in the very turn in which others begin to wait.
import asyncio


async def wait(name, event):
    await event.wait()
    emit("woken", name)


async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(wait("before", event))]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    # It waits already when these two run in one turn with the set.
    tasks.append(asyncio.create_task(wait("same-turn", event)))
    tasks.append(asyncio.create_task(setter(event)))
    tasks.append(asyncio.create_task(wait("behind", event)))
    for _ in range(4):
        await asyncio.sleep(0)
    emit("done", [task.done() for task in tasks])
    for task in tasks:
        task.cancel()


async def setter(event):
    event.set()
    if params["clear"]:
        event.clear()


asyncio.run(main())
