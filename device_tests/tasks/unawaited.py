# Tasks that nobody awaits and nobody keeps a reference to.
import asyncio
import gc

log = []


async def worker(number):
    for turn in range(3):
        gc.collect()
        await asyncio.sleep(0)
    await pause(2)
    log.append(number)


async def main():
    for number in range(params["tasks"]):
        asyncio.create_task(worker(number))
    while len(log) < params["tasks"] and len(rounds) < 200:
        rounds.append(None)
        await pause(1)


rounds = []
asyncio.run(main())
emit("log", log)
