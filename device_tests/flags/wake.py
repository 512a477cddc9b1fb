# One task after another waits on one flag; a task sets it.
import asyncio


async def wait(number, flag):
    emit("waits", number)
    await flag.wait()
    emit("woken", number)


async def main():
    flag = asyncio.ThreadSafeFlag()
    for number in range(4):
        task = asyncio.create_task(wait(number, flag))
        for _ in range(4):
            await asyncio.sleep(0)
        emit("set", number)
        flag.set()
        await task
    # The wait that ended by waking has reset the flag, too.
    task = asyncio.create_task(wait("reset", flag))
    for _ in range(6):
        await asyncio.sleep(0)
    emit("reset", not task.done())
    task.cancel()


asyncio.run(main())
