# The task that gathers is cancelled.
import asyncio


async def work(number):
    try:
        if number == 1:
            return number
        if number == 2:
            await asyncio.Event().wait()
        await asyncio.sleep(60)
        emit("ended", number)
    except asyncio.CancelledError:
        emit("cancelled", number)
        raise


async def gatherer(works):
    try:
        result = await asyncio.gather(*works, return_exceptions=params["return_exceptions"])
        emit("returned", len(result))
    except BaseException as error:
        emit("gatherer-got", type(error).__name__)
        raise


async def main():
    tasks = [asyncio.create_task(work(number)) for number in range(4)]
    task = asyncio.create_task(gatherer(tasks))
    for _ in range(4):
        await asyncio.sleep(0)
    emit("cancel", task.cancel())
    try:
        await task
    except asyncio.CancelledError:
        emit("main-got", "CancelledError")
    for _ in range(4):
        await asyncio.sleep(0)
    emit("done", [t.done() for t in tasks])
    for t in tasks:
        t.cancel()


asyncio.run(main())
