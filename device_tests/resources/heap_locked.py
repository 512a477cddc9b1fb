# The loop runs with the heap locked: whatever allocates raises MemoryError.
import asyncio

import micropython


async def tick(number, period):
    while not state[-1]:
        await asyncio.sleep_ms(period)
        state[number] += 1


async def wait(flag):
    await flag.wait()
    state[3] += 1


state = [0, 0, 0, 0, False]


async def main():
    flag = asyncio.ThreadSafeFlag()
    tasks = [asyncio.create_task(tick(number, number)) for number in range(3)]
    if params["flag"]:
        tasks.append(asyncio.create_task(wait(flag)))
    await asyncio.sleep_ms(5)
    micropython.heap_lock()
    rounds = 0
    while rounds < 400 and (state[0] < 20 or state[1] < 9 or state[2] < 5):
        await asyncio.sleep_ms(1)
        rounds += 1
    flag.set()
    while rounds < 400 and params["flag"] and not state[3]:
        await asyncio.sleep_ms(1)
        rounds += 1
    micropython.heap_unlock()
    state[-1] = True
    for task in tasks[:3]:
        await task
    emit("ticks", state[0] >= 20, state[1] >= 9, state[2] >= 5)
    emit("flag", state[3])


try:
    asyncio.run(main())
except MemoryError:
    micropython.heap_unlock()
    emit("memory-error")
