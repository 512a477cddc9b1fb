# Many tasks, each with a few turns; how many turns did each of them have?
import asyncio

turns = bytearray(params["tasks"])


async def worker(number):
    for _ in range(params["turns"]):
        turns[number] += 1
        await asyncio.sleep(0)
    return number


async def main():
    tasks = [asyncio.create_task(worker(number)) for number in range(params["tasks"])]
    total = 0
    for task in tasks:
        total += await task
    emit("turns", bytes(turns))
    emit("total", total)


asyncio.run(main())
