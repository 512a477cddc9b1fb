# run_forever with tasks that go on for ever; one of them stops the loop after a while.
import asyncio

try:
    loop = asyncio.get_event_loop()
except RuntimeError:  # CPython from 3.14 on: there is none until one is made
    loop = asyncio.new_event_loop()
log = []


async def worker():
    while True:
        log.append("turn")
        await asyncio.sleep(0)


async def stopper():
    await pause(3)
    for _ in range(params["turns"]):
        await asyncio.sleep(0)
    log.append("stop")
    loop.stop()


task = loop.create_task(worker())
loop.create_task(stopper())
emit("running")
loop.run_forever()
emit("stopped")
at_stop = log.index("stop")
emit("turns_before_stop", at_stop)
emit("turns_after_stop", len(log) - at_stop - 1)
