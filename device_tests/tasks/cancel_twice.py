# A task is cancelled twice before it has its turn; it traps what it gets and goes on.
import asyncio


async def work(event):
    for _ in range(3):
        try:
            await event.wait()
        except asyncio.CancelledError:
            emit("cancelled")


async def main():
    for _ in range(2):
        event = asyncio.Event()
        task = asyncio.create_task(work(event))
        await asyncio.sleep(0)
        said = [task.cancel(), task.cancel()]
        for _ in range(4):
            await asyncio.sleep(0)
        emit("done", task.done(), said)
        event.set()
        await task
        emit("went-on")


asyncio.run(main())
