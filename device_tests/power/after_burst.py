# A sleep right after a burst of work by several tasks.
import asyncio
from time import ticks_diff, ticks_ms


async def worker(ms):
    start = ticks_ms()
    while ticks_diff(ticks_ms(), start) < ms:
        await asyncio.sleep_ms(0)
    note("a worker ends")


async def main():
    await asyncio.gather(*[worker(params["burst_ms"]) for _ in range(5)])
    begin()
    await asyncio.sleep_ms(params["window_ms"])
    done()
    note("main task runs")


frame(lambda: asyncio.run(main()))
