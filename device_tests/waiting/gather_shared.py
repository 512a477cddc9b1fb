# Awaitables that somebody waits for already, or that are named twice.
import asyncio


async def work(value):
    for _ in range(3):
        await asyncio.sleep(0)
    return value


async def wait(task):
    emit("other-waiter", await task)


async def main():
    task = asyncio.create_task(work("shared"))
    other = asyncio.create_task(wait(task))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    try:
        emit("shared", await asyncio.gather(task, work("own")))
    except RuntimeError as error:
        emit("refused", str(error))
    await other
    task = asyncio.create_task(work("twice"))
    try:
        emit("twice", await asyncio.gather(task, task))
    except RuntimeError as error:
        emit("refused", str(error))


asyncio.run(main())
