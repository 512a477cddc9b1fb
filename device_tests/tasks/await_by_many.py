# Dozens of tasks await one task.
import asyncio
import gc

room = gc.mem_free() // 600 if hasattr(gc, "mem_free") else params["tasks"]
count = min(params["tasks"], room)
got = []


async def work():
    for _ in range(3):
        await asyncio.sleep(0)
    return "value"


async def wait(number, task):
    got.append((number, await task))


async def main():
    emit("count", count)
    task = asyncio.create_task(work())
    for number in range(count):
        asyncio.create_task(wait(number, task))
    for _ in range(6):
        await asyncio.sleep(0)
    emit("done", task.done())
    emit("got", got)


asyncio.run(main())
