import asyncio


async def wait(name, event):
    await event.wait()
    emit("woken", name)


async def main():
    first, second = asyncio.Event(), asyncio.Event()
    tasks = [
        asyncio.create_task(wait("first", first)),
        asyncio.create_task(wait("second", second)),
    ]
    for _ in range(3):
        await asyncio.sleep(0)
    second.set()
    for _ in range(3):
        await asyncio.sleep(0)
    emit("states", first.is_set(), second.is_set())
    first.set()
    for task in tasks:
        await task
    emit("as-task", await asyncio.create_task(first.wait()))


asyncio.run(main())
