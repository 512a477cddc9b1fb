import asyncio


async def work():
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        emit("cancelled")
        raise


async def quick():
    return "value"


async def main():
    for timeout in (0, -1):
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        try:
            await asyncio.wait_for(task, timeout)
            emit("returned")
        except asyncio.TimeoutError:
            emit("timeout", timeout, task.done())
        task = asyncio.create_task(quick())
        await task
        emit("finished", timeout, await asyncio.wait_for(task, timeout))


asyncio.run(main())
