# Put in front of life/over: waits that come and go.
import asyncio

WAIT_FOR = [asyncio.wait_for]
if hasattr(asyncio, "wait_for_ms"):
    WAIT_FOR.append(asyncio.wait_for_ms)


async def one_turn():
    await asyncio.sleep(0)


async def wait(event):
    await event.wait()


async def timeouts():
    for wait_for in WAIT_FOR:
        try:
            await wait_for(event.wait(), 0)
        except asyncio.TimeoutError:
            pass


async def in_time():
    await asyncio.wait_for(one_turn(), 60)


async def events():
    mine = asyncio.Event()
    task = asyncio.create_task(wait(mine))
    await asyncio.sleep(0)
    mine.set()
    await task


async def one_event():
    task = asyncio.create_task(wait(event))
    await asyncio.sleep(0)
    event.set()
    await task
    event.clear()


async def locks():
    async with lock:
        task = asyncio.create_task(holding())
        await asyncio.sleep(0)
    await task


async def holding():
    async with lock:
        pass


async def flags():
    flag.set()
    await flag.wait()
    flag.set()
    flag.clear()


async def gathers():
    await asyncio.gather(one_turn(), one_turn())


async def sleeps():
    await asyncio.sleep(0)
