# A task that wakes at an even rate and does next to nothing.
import asyncio
from time import ticks_add, ticks_diff, ticks_ms


async def main():
    period = 1000 // params["wakes_hz"]
    begin()
    start = ticks_ms()
    due = start
    while ticks_diff(due, start) < params["window_ms"]:
        due = ticks_add(due, period)
        await asyncio.sleep_ms(ticks_diff(due, ticks_ms()))
        note("task wakes")
    done()


frame(lambda: asyncio.run(main()))
