# One asyncio.run after another.
import asyncio
import gc


async def main():
    await asyncio.gather(*[work() for _ in range(3)])


async def work():
    await asyncio.sleep(0)


used = [0] * params["rounds"]
for number in range(params["rounds"]):
    for _ in range(params["times"]):
        asyncio.run(main())
    gc.collect()
    used[number] = gc.mem_alloc()
emit("used", "run", used)
