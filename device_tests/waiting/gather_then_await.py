# An exception came out of gather; the tasks that still run can be awaited, and gathered again.
import asyncio


async def work(number, event):
    await event.wait()
    return number


async def fail(number, event):
    await event.wait()
    raise ValueError(number)


async def main():
    at_once, later = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(work("awaited", later))
    failing = asyncio.create_task(fail("late", later))
    at_once.set()
    try:
        await asyncio.gather(running, failing, fail("first", at_once))
    except ValueError as error:
        emit("first", error.args)

    async def go():
        for _ in range(3):
            await asyncio.sleep(0)
        later.set()

    setter = asyncio.create_task(go())
    try:
        # Whoever gathered before must not be woken by what happens to these.
        emit("gathered", await asyncio.gather(work("one", later), work("two", later)))
        emit("awaited", await running)
        await failing
    except (ValueError, RuntimeError) as error:
        emit("raised", type(error).__name__, error.args)
    await setter


asyncio.run(main())
