# Many sleepers with scrambled delays, some of them equal; who wakes when, on the loop's clock.
import asyncio
import time

woke = []


async def sleeper(number, ms):
    await asyncio.sleep_ms(ms)
    woke.append((number, time.ticks_diff(now, start)))


async def main():
    tasks = [asyncio.create_task(sleeper(n, ms)) for n, ms in enumerate(params["delays"])]
    for task in tasks:
        await task


start = now
asyncio.run(main())
emit("woke", woke)
emit("waits", waits)
