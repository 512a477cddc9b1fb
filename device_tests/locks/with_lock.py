# A block ends by its last line, by an exception, by a return, by a cancellation.
import asyncio


async def block(lock, how):
    async with lock:
        emit("inside", how, lock.locked())
        if how == "exception":
            raise ValueError(how)
        if how == "return":
            return how
        if how == "cancelled":
            await asyncio.sleep(60)
    return None


async def main():
    lock = asyncio.Lock()
    for how in ("end", "exception", "return", "cancelled"):
        task = asyncio.create_task(block(lock, how))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if how == "cancelled":
            task.cancel()
        try:
            emit("result", how, await task)
        except (ValueError, asyncio.CancelledError) as error:
            emit("result", how, type(error).__name__)
        emit("outside", how, lock.locked())


asyncio.run(main())
