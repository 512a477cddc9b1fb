# A task holds the loop for longer than others sleep; the overdue then run in due order.
import asyncio
import time

woke = []


async def sleeper(ms):
    await asyncio.sleep_ms(ms)
    woke.append((ms, time.ticks_diff(now, start)))


async def main():
    tasks = [asyncio.create_task(sleeper(ms)) for ms in (30, 10, 60, 20, 25)]
    await asyncio.sleep_ms(5)
    pass_time(40)
    for task in tasks:
        await task


start = now
asyncio.run(main())
emit("woke", woke)
