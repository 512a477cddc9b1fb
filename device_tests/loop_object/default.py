# A task fails and no handler was set: what does the board print?
import asyncio
import gc


async def a_coroutine_of_mine():
    raise ValueError("looprig-marker")


async def main():
    asyncio.create_task(a_coroutine_of_mine())
    for _ in range(4):
        await asyncio.sleep(0)
        gc.collect()
    emit("goes_on")


asyncio.run(main())
