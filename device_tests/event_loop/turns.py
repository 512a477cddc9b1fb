# Workers that note when they enter and leave each of their turns.
import asyncio
import gc
import time

log = []


def hold(ms):
    # A wait of the board's own, below the loop.
    if hasattr(time, "sleep_ms"):
        time.sleep_ms(ms)
    else:
        time.sleep(seconds(ms))


async def worker(number):
    for turn in range(params["turns"]):
        log.append(("in", number, turn))
        # no await in this: nobody else may run
        for _ in range(50):
            pass
        if turn == 1:
            hold(2)
        if turn == 2:
            gc.collect()
        log.append(("out", number, turn))
        await asyncio.sleep(0)


async def main():
    tasks = [asyncio.create_task(worker(number)) for number in range(params["tasks"])]
    for task in tasks:
        await task
    emit("log", log)


asyncio.run(main())
