# Dozens of awaitables in one gather: some end at once, some later.
import asyncio
import gc

room = gc.mem_free() // 600 if hasattr(gc, "mem_free") else params["tasks"]
count = min(params["tasks"], room)


async def work(number):
    for _ in range(number % 4):
        await asyncio.sleep(0)
    return number


async def main():
    emit("count", count)
    emit("result", await asyncio.gather(*[work(number) for number in range(count)]))


asyncio.run(main())
