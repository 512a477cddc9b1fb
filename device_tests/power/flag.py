# A task waits for a ThreadSafeFlag that a scheduled callback sets.
import asyncio

import micropython


async def setter(flag):
    await asyncio.sleep_ms(params["window_ms"])
    note("setter wakes, schedules the flag")
    micropython.schedule(lambda _: flag.set(), 0)
    await asyncio.sleep_ms(0)


async def main():
    flag = asyncio.ThreadSafeFlag()
    task = asyncio.create_task(setter(flag))
    begin()
    await flag.wait()
    done()
    note("waiting task runs")
    await task


frame(lambda: asyncio.run(main()))
