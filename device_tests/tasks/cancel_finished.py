# Cancelling what is over: a task that returned, one that raised, one that was cancelled.
import asyncio


async def returns():
    return "value"


async def raises():
    raise ValueError("mine")


async def waits():
    await asyncio.sleep(5)


async def end(task):
    try:
        return await task
    except ValueError as error:
        return "ValueError " + error.args[0]
    except asyncio.CancelledError:
        return "CancelledError"


async def main():
    for work in (returns, raises, waits):
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if work is waits:
            task.cancel()
        first = await end(task)
        emit("said", task.cancel())
        for _ in range(3):
            await asyncio.sleep(0)
        emit("ends", first, await end(task))


asyncio.run(main())
