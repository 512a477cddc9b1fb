# The task that waits is cancelled from outside.
import asyncio


async def work():
    try:
        await asyncio.sleep(60)
        emit("work-ended")
    except asyncio.CancelledError:
        emit("work-cancelled")
        raise


async def wait():
    try:
        awaitable = asyncio.create_task(work()) if params["task"] else work()
        await asyncio.wait_for(awaitable, params["timeout"])
        emit("waiter-returned")
    except BaseException as error:
        emit("waiter-got", type(error).__name__)
        raise


async def main():
    waiter = asyncio.create_task(wait())
    for _ in range(5):
        await asyncio.sleep(0)
    emit("cancel", waiter.cancel())
    try:
        await waiter
    except asyncio.CancelledError:
        emit("main-got", "CancelledError")
    for _ in range(5):
        await asyncio.sleep(0)
    emit("end-of-main")


asyncio.run(main())
