# Whether a flag is set is seen by who waits on it. Each step has a flag and a waiter of its own.
import asyncio


async def wait(flag):
    await flag.wait()


async def is_set(flag):
    """Whether a wait returns within some turns; it resets the flag as any wait does."""
    task = asyncio.create_task(wait(flag))
    for _ in range(6):
        await asyncio.sleep(0)
    returned = task.done()
    task.cancel()
    await asyncio.sleep(0)
    return returned


async def main():
    flag = asyncio.ThreadSafeFlag()
    emit("start", await is_set(flag))
    flag.set()
    emit("set", await is_set(flag))
    emit("reset-by-wait", await is_set(flag))
    flag.set()
    flag.set()
    emit("set-twice", await is_set(flag))
    emit("reset-at-once", await is_set(flag))
    flag.set()
    flag.clear()
    emit("cleared", await is_set(flag))
    flag.clear()
    emit("cleared-twice", await is_set(flag))
    flag.set()
    emit("set-again", await is_set(flag))


asyncio.run(main())
