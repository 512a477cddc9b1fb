# How much of the heap does a task take while it sleeps?
import asyncio
import gc


async def sleep():
    await asyncio.sleep(60)


async def main():
    await asyncio.sleep(0)
    for count in (params["few"], params["many"]):
        tasks = [None] * count
        gc.collect()
        before = gc.mem_alloc()
        for number in range(count):
            tasks[number] = asyncio.create_task(sleep())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gc.collect()
        emit("bytes", count, gc.mem_alloc() - before)
        for task in tasks:
            task.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)


asyncio.run(main())
