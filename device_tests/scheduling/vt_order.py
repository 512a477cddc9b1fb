# Many sleepers, as many as there is memory for, with scrambled delays, of which some are equal:
# who wakes when, on the loop's clock.
import asyncio
import gc
import time

gc.collect()
delays = params["delays"][: gc.mem_free() // 800]

woke = []


async def sleeper(number, ms):
    await asyncio.sleep_ms(ms)
    woke.append((number, time.ticks_diff(now, start)))


async def main():
    tasks = [asyncio.create_task(sleeper(n, ms)) for n, ms in enumerate(delays)]
    for task in tasks:
        await task


start = now
emit("count", len(delays))
asyncio.run(main())
emit("woke", woke)
emit("waits", waits)
