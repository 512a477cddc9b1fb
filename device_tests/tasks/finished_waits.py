# Does awaiting a finished task wait? Another task counts the turns that pass meanwhile.
import asyncio

turns = 0


async def counter():
    global turns
    while True:
        turns += 1
        await asyncio.sleep(0)


async def worker(number):
    return number


async def main():
    tasks = [asyncio.create_task(worker(number)) for number in range(5)]
    asyncio.create_task(counter())
    for _ in range(3):
        await asyncio.sleep(0)
    before = turns
    total = 0
    for task in tasks:
        total += await task
    emit("total", total)
    emit("turns", turns - before)


asyncio.run(main())
