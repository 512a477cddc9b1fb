# One of the gathered tasks is cancelled by somebody else.
import asyncio


async def work(number, event):
    await event.wait()
    emit("ended", number)
    return number


async def gatherer(works):
    try:
        result = await asyncio.gather(*works, return_exceptions=params["return_exceptions"])
        emit("returned", [type(r).__name__ if r.__class__ is not int else r for r in result])
    except BaseException as error:
        emit("gatherer-got", type(error).__name__)


async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(work(number, event)) for number in range(3)]
    task = asyncio.create_task(gatherer(tasks))
    for _ in range(3):
        await asyncio.sleep(0)
    tasks[1].cancel()
    for _ in range(3):
        await asyncio.sleep(0)
    event.set()
    await task
    for _ in range(4):
        await asyncio.sleep(0)
    emit("done", [t.done() for t in tasks])


asyncio.run(main())
