# run_forever and stop: stopped by a task, stopped twice, and run again.
import asyncio

try:
    loop = asyncio.get_event_loop()
except RuntimeError:  # CPython from 3.14 on: there is none until one is made
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
log = []


async def worker(name):
    turn = 0
    while turn < 1000:
        log.append((name, turn))
        turn += 1
        await asyncio.sleep(0)


async def stopper(turns, times):
    for _ in range(turns):
        await asyncio.sleep(0)
    for _ in range(times):
        loop.stop()
    log.append("stop")


loop.create_task(worker("a"))
for times in params["stops"]:
    loop.create_task(stopper(3, times))
    emit("returned", loop.run_forever())
    emit("log", list(log))
    log.clear()
