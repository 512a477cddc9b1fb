# A scheduled callback that schedules itself again while the only task waits.
import asyncio

import micropython

count = 0
waiting = False


def callback(_):
    global count
    if waiting:
        count += 1
        micropython.schedule(callback, None)


async def main():
    global waiting
    waiting = True
    micropython.schedule(callback, None)
    await asyncio.sleep_ms(5)
    waiting = False
    emit("count", count)


asyncio.run(main())
