# The exception handler stops the loop; then the loop runs on.
import asyncio
import gc

try:
    loop = asyncio.get_event_loop()
except RuntimeError:  # CPython from 3.14 on: there is none until one is made
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
log = []


def handler(given, context):
    log.append("handler")
    given.stop()


async def fail():
    await pause(1)
    raise ValueError


async def worker():
    while "handler" not in log:
        await pause(1)
        gc.collect()
    for turn in range(3):
        log.append(turn)
        await pause(1)
    loop.stop()


loop.set_exception_handler(handler)
loop.create_task(fail())
loop.create_task(worker())
loop.run_forever()
log.append("stopped")
loop.run_forever()
emit("log", log)
