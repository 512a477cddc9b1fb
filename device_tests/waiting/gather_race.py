# The gathered tasks end and the gatherer is cancelled within a few turns of each other.
import asyncio


async def work(event, turns, fails):
    await event.wait()
    for _ in range(turns):
        await asyncio.sleep(0)
    if fails:
        raise ValueError("failed")


async def gatherer(number, event, fails, over):
    # It waits on until the cancellation must have come.
    got = []
    try:
        try:
            works = work(event, 0, False), work(event, 1, fails)
            await asyncio.gather(*works, return_exceptions=params["return_exceptions"])
            got.append("gathered")
        except ValueError:
            got.append("failed")
        await over.wait()
        got.append("never cancelled")
    except asyncio.CancelledError:
        got.append("cancelled")
    emit("gatherer", number, fails, got)


async def main():
    for fails in (False, True):
        for number in range(6):
            event, over = asyncio.Event(), asyncio.Event()
            task = asyncio.create_task(gatherer(number, event, fails, over))
            for _ in range(3):
                await asyncio.sleep(0)
            event.set()
            for _ in range(number):
                await asyncio.sleep(0)
            task.cancel()
            for _ in range(6):
                await asyncio.sleep(0)
            over.set()
            await task


asyncio.run(main())
