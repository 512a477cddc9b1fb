# The awaitable ends and the waiter is cancelled within a few turns of each other, in every order.
import asyncio


async def work(event, turns):
    await event.wait()
    for _ in range(turns):
        await asyncio.sleep(0)
    return "result"


async def wait(number, event, turns, over):
    # It waits on, result or not, until the cancellation must have come.
    got = []
    try:
        got.append(await asyncio.wait_for(work(event, turns), 60))
        await over.wait()
        got.append("never cancelled")
    except asyncio.CancelledError:
        got.append("cancelled")
    emit("waiter", number, got)


async def main():
    # The last: it is cancelled when what it awaits has ended and nobody told it yet.
    whens = [(max(0, 4 - number), max(0, number - 2)) for number in range(10)] + [(0, 1)]
    for number, (turns, pause) in enumerate(whens):
        event, over = asyncio.Event(), asyncio.Event()
        waiter = asyncio.create_task(wait(number, event, turns, over))
        for _ in range(6):
            await asyncio.sleep(0)
        event.set()
        for _ in range(pause):
            await asyncio.sleep(0)
        waiter.cancel()
        for _ in range(6):
            await asyncio.sleep(0)
        over.set()
        await waiter


asyncio.run(main())
