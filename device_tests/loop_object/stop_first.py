# stop() while no loop runs, before any did or after one was stopped; then a program.
import asyncio

try:
    loop = asyncio.get_event_loop()
except RuntimeError:  # CPython from 3.14 on: there is none until one is made
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
log = []


async def stopper():
    await asyncio.sleep(0)
    loop.stop()


async def worker(number):
    await pause(1)
    return number


async def main():
    for turn in range(3):
        log.append(turn)
        await pause(1)
    total = 0
    for task in [asyncio.create_task(worker(number)) for number in range(5)]:
        total += await task
    return total


if params["after_forever"]:
    loop.create_task(stopper())
    loop.run_forever()
for _ in range(params["times"]):
    loop.stop()
emit("stopped")
emit("ended", asyncio.run(main()))
emit("log", log)
