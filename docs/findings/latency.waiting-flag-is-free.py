# latency.waiting-flag-is-free: While a task waits for a ThreadSafeFlag, the others switch about as fast as without it. (What users need, though no page promises  …
# Expected: a switch with a task that waits for a flag by a switch without a task that waits for a flag < 10
# Seen: diverges: 524.8: one poll of the flag outweighs ten switches: 524.8
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
# It is the last of 3 scripts that were run.
def emit(*what): print(*what)
import asyncio
from time import ticks_diff, ticks_us
sleep_ms = asyncio.sleep_ms
def emit_tick():
    step = 0
    stood = False
    seen = 0
    last = ticks_us()
    for _ in range(20000):
        now = ticks_us()
        by = ticks_diff(now, last)
        last = now
        if by > 0:
            step = min(step or by, by)
            seen += 1
            if seen == 16: break
        else: stood = True
    emit('tick', step if stood else 1)
over = False
async def turn():
    while not over: await sleep_ms(0)
async def on_flag(flag): await flag.wait()
async def switches():
    took = []
    for _ in range(8):
        start = ticks_us()
        for _ in range(16): await sleep_ms(0)
        took.append(ticks_diff(ticks_us(), start))
    return took
async def main():
    global over
    task = asyncio.create_task(turn())
    await sleep_ms(0)
    emit('without', 2 * 16, await switches())
    flag = asyncio.ThreadSafeFlag()
    waiter = asyncio.create_task(on_flag(flag))
    await sleep_ms(0)
    emit('with', 2 * 16, await switches())
    over = True
    flag.set()
    await waiter
    await task
emit_tick()
asyncio.run(main())
# It printed there: tick 1
# …
