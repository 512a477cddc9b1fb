# Put in front of long lives: how late, in microseconds, a sleep ends, a flag wakes its task, and in
# a life of streams a byte its reader, at the quickest of a few. Where there is no ThreadSafeFlag an
# event stands for it.
import asyncio

try:
    ALSO_PROMPT
except NameError:
    ALSO_PROMPT = ()


async def sets(flag):
    await pause(2)
    flag.set()


async def slept():
    await pause(2)


async def woken():
    flag = getattr(asyncio, "ThreadSafeFlag", asyncio.Event)()
    asyncio.create_task(sets(flag))
    await flag.wait()


async def prompt():
    late = []
    for wait in (slept, woken) + ALSO_PROMPT:
        least = 1000000000
        for _ in range(2):
            start = ticks_us()
            await wait()
            least = min(least, ticks_diff(ticks_us(), start) - 2000)
        late.append(least)
    return late
