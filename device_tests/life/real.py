# A periodic task on the real clock beside others that come and go: is the last of its wakes as
# prompt as the first, and what is on the heap?
import asyncio
import gc
from time import ticks_diff, ticks_us


async def coming_and_going():
    while True:
        try:
            await asyncio.wait_for_ms(asyncio.Event().wait(), 3)
        except asyncio.TimeoutError:
            pass
        await asyncio.gather(short(), short())


async def short():
    await asyncio.sleep_ms(1)


async def main():
    other = asyncio.create_task(coming_and_going())
    ms, late, used = params["period_ms"], [], []
    parts = params["parts"]
    for part in range(parts):
        here = []
        for number in range(params["wakes"] // parts):
            start = ticks_us()
            await asyncio.sleep_ms(ms)
            if len(here) < 40:
                here.append(ticks_diff(ticks_us(), start) - ms * 1000)
        here.sort()
        late.append((here[0], here[len(here) // 2]))
        gc.collect()
        used.append(gc.mem_alloc())
    other.cancel()
    emit("late", late)
    emit("used", used)


asyncio.run(main())
