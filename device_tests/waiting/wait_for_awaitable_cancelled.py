# The task that is waited for is cancelled by somebody else.
import asyncio


async def work():
    await asyncio.sleep(60)


async def wait(task):
    try:
        emit("returned", await asyncio.wait_for(task, 60))
    except BaseException as error:
        emit("waiter-got", type(error).__name__)
    await pause(2)
    emit("waiter-went-on")


async def main():
    task = asyncio.create_task(work())
    waiter = asyncio.create_task(wait(task))
    for _ in range(5):
        await asyncio.sleep(0)
    task.cancel()
    await waiter


asyncio.run(main())
