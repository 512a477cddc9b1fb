# What get_event_loop gives, asked for in main, in a task, after a wait, in a handler.
import asyncio
import gc

loops = []


def handler(loop, context):
    loops.append(loop)


async def task():
    loops.append(asyncio.get_event_loop())
    await pause(1)
    loops.append(asyncio.get_event_loop())


async def fail():
    raise ValueError


async def main():
    loop = asyncio.get_event_loop()
    loop.set_exception_handler(handler)
    await asyncio.create_task(task())
    asyncio.create_task(fail())
    for _ in range(4):
        await asyncio.sleep(0)
        gc.collect()
    emit("same", [one is loop for one in loops])
    value = []

    async def worker():
        value.append("ran")

    await loop.create_task(worker())
    emit("runs_tasks", value)


asyncio.run(main())
