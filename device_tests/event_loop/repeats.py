# Two tasks that hand over to each other many times.
import asyncio

count = [0, 0]
apart = 0


async def worker(number):
    global apart
    for _ in range(params["rounds"]):
        count[number] += 1
        apart = max(apart, abs(count[0] - count[1]))
        await asyncio.sleep(0)


async def main():
    tasks = [asyncio.create_task(worker(0)), asyncio.create_task(worker(1))]
    for task in tasks:
        await task


asyncio.run(main())
emit("count", count)
emit("apart", apart)
