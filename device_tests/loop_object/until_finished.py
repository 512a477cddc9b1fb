# run_until_complete of a task that is over already, beside one that is not.
import asyncio

try:
    loop = asyncio.get_event_loop()
except RuntimeError:  # CPython from 3.14 on: there is none until one is made
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)


async def returns():
    return "value"


async def until(task):
    await task


task = loop.create_task(returns())
loop.run_until_complete(until(task))
emit("value", loop.run_until_complete(task))
