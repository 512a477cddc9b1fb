# Many tasks, as many as there is memory for, each with a few turns; how many had each of them?
import asyncio
import gc

room = gc.mem_free() // 600 if hasattr(gc, "mem_free") else params["tasks"]
count = min(params["tasks"], room)
turns = bytearray(count)


async def worker(number):
    for _ in range(params["turns"]):
        turns[number] += 1
        await asyncio.sleep(0)
    return number


async def main():
    tasks = [asyncio.create_task(worker(number)) for number in range(count)]
    total = 0
    for task in tasks:
        total += await task
    emit("turns", bytes(turns))
    emit("total", total)


asyncio.run(main())
emit("tasks", count)
