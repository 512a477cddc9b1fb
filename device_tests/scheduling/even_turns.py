# Tasks with different amounts of work between their turns: how even are the turns?
import asyncio

turns = [0] * params["tasks"]
stop = False


async def worker(number):
    while not stop:
        turns[number] += 1
        for _ in range(number * 20):
            pass
        await asyncio.sleep(0)


async def main():
    global stop
    for number in range(params["tasks"]):
        asyncio.create_task(worker(number))
    while turns[0] < params["rounds"]:
        await asyncio.sleep(0)
    stop = True
    emit("turns", turns)


asyncio.run(main())
