# A task waits for a flag for a while, beside one that sleeps far longer or alone: how often does
# the loop wait in that time?
import asyncio
import time
from asyncio import core

import micropython

flag = asyncio.ThreadSafeFlag()


class Counting:
    waits = 0

    def __init__(self, queue):
        self.queue = queue
        self.map = queue.map
        self.queue_read = queue.queue_read
        self.remove = queue.remove

    def wait_io_event(self, dt):
        self.waits += 1
        self.queue.wait_io_event(dt)


def callback(_):
    if time.ticks_diff(time.ticks_ms(), started) < params["ms"]:
        micropython.schedule(callback, None)
    else:
        flag.set()


async def far():
    await asyncio.sleep_ms(params["far_ms"])


async def main():
    global started
    if params["far_ms"]:
        asyncio.create_task(far())
        await asyncio.sleep_ms(0)
    started = time.ticks_ms()
    micropython.schedule(callback, None)
    before = core._io_queue.waits
    await flag.wait()
    emit("waits", core._io_queue.waits - before)


core._io_queue = Counting(core._io_queue)
asyncio.run(main())
