# A sleep after a task was cancelled in its wait.
import asyncio


async def sleeper():
    await asyncio.sleep_ms(100000)


async def main():
    task = asyncio.create_task(sleeper())
    await asyncio.sleep_ms(5)
    task.cancel()
    note("task is cancelled")
    try:
        await task
    except asyncio.CancelledError:
        pass
    begin()
    await asyncio.sleep_ms(params["window_ms"])
    done()
    note("main task runs")


frame(lambda: asyncio.run(main()))
