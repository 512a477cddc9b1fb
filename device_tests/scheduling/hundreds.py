# Hundreds of tasks, if there is memory, that sleep for scrambled times and take a few turns.
import asyncio
import gc

room = gc.mem_free() // 600 if hasattr(gc, "mem_free") else params["tasks"]
count = min(params["tasks"], room)
ended = bytearray(count)


async def worker(number):
    await pause(number * 7 % 11)
    await asyncio.sleep(0)
    await pause(number * 5 % 3)
    ended[number] += 1


async def main():
    tasks = [asyncio.create_task(worker(number)) for number in range(count)]
    for task in tasks:
        await task


emit("tasks", count)
if count >= params["least"]:
    asyncio.run(main())
    emit("ended", bytes(ended))
