# A task waits for a Lock that another holds in its sleep.
import asyncio


async def holder(lock, held):
    async with lock:
        held.set()
        await asyncio.sleep_ms(params["window_ms"])
        note("holder wakes, gives the lock back")


async def main():
    lock, held = asyncio.Lock(), asyncio.Event()
    task = asyncio.create_task(holder(lock, held))
    await held.wait()
    begin()
    async with lock:
        done()
        note("waiting task runs")
    await task


frame(lambda: asyncio.run(main()))
