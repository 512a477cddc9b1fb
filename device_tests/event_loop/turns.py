# Workers that note when they enter and leave each of their turns.
import asyncio

log = []


async def worker(number):
    for turn in range(params["turns"]):
        log.append(("in", number, turn))
        for _ in range(50):  # no await here: nobody else may run
            pass
        log.append(("out", number, turn))
        await asyncio.sleep(0)


async def main():
    tasks = [asyncio.create_task(worker(number)) for number in range(params["tasks"])]
    for task in tasks:
        await task
    emit("log", log)


asyncio.run(main())
