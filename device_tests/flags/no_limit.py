# The loop has nothing to wait for but a flag: how long does it say that it would wait?
import _thread
import asyncio
import time
from asyncio import core


def setter(flag):
    time.sleep_ms(4)
    flag.set()


async def main():
    flag = asyncio.ThreadSafeFlag()
    queue = core._io_queue
    wait_io_event = queue.wait_io_event
    asked = []

    def note(dt):
        asked.append(dt)
        wait_io_event(dt)

    queue.wait_io_event = note
    await asyncio.sleep(0)
    del asked[:]
    _thread.start_new_thread(setter, (flag,))
    await flag.wait()
    queue.wait_io_event = wait_io_event
    emit("asked", asked[:20])


asyncio.run(main())
