# Put in front of life/over: tasks that come and go.
import asyncio


async def nothing():
    pass


async def one_turn():
    await asyncio.sleep(0)


async def fail():
    raise ValueError("failed")


async def tasks():
    await asyncio.create_task(one_turn())


async def detached():
    asyncio.create_task(nothing())
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def cancelled():
    await end(asyncio.create_task(event.wait()))


async def failures():
    try:
        await asyncio.create_task(fail())
    except ValueError:
        pass


async def handled():
    asyncio.create_task(fail())
    for _ in range(3):
        await asyncio.sleep(0)
