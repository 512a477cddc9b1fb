# A wait_for whose time-out ends the wait.
import asyncio


async def main():
    never = asyncio.Event()
    begin()
    try:
        await asyncio.wait_for_ms(never.wait(), params["window_ms"])
    except asyncio.TimeoutError:
        pass
    done()
    note("time-out wakes the task")


frame(lambda: asyncio.run(main()))
