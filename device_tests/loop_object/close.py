# close() when all is done, and a program afterwards.
import asyncio


async def worker():
    await pause(1)
    return "value"


try:
    loop = asyncio.get_event_loop()
except RuntimeError:  # CPython from 3.14 on: there is none until one is made
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
emit("value", loop.run_until_complete(worker()))
emit("closed", loop.close())
try:
    emit("afterwards", asyncio.run(worker()))
except Exception as error:
    emit("afterwards", type(error).__name__)
