# One asyncio.run after another: what a batch takes, beside a fixed piece of work, and the heap.
import asyncio
import gc
from time import ticks_diff, ticks_us


async def work():
    await asyncio.sleep(0)


async def main():
    await asyncio.gather(work(), work())
    asyncio.create_task(work())
    await asyncio.sleep(0)


def reference():
    start = ticks_us()
    value = 0
    for number in range(300):
        value = (value + number) & 0xFF
    return ticks_diff(ticks_us(), start)


took, own, used = [0] * params["batches"], [0] * params["batches"], []
for batch in range(params["batches"]):
    if batch % params["look"] == params["look"] - 1:
        gc.collect()
        used.append(gc.mem_alloc())
    own[batch] = reference()
    gc.collect()
    start = ticks_us()
    for _ in range(params["each"]):
        asyncio.run(main())
        if params["resets"]:
            asyncio.new_event_loop()
    took[batch] = ticks_diff(ticks_us(), start)
gc.collect()
used.append(gc.mem_alloc())
emit("own", own)
emit("took", took)
emit("used", used)
