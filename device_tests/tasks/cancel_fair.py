# A task that ignores every cancellation is cancelled again and again; others want their turns.
import asyncio

cancels = 0
turns = 0


async def stubborn():
    global cancels
    while cancels < params["times"]:
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            cancels += 1


async def canceller(task):
    while cancels < params["times"]:
        task.cancel()
        await asyncio.sleep(0)


async def other():
    global turns
    while cancels < params["times"]:
        turns += 1
        await asyncio.sleep(0)


async def main():
    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    asyncio.create_task(canceller(task))
    await asyncio.create_task(other())
    await task
    emit("cancels", cancels)
    emit("turns", turns)


asyncio.run(main())
