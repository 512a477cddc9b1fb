# Main awaits an event while nothing in the loop could ever set it; a callback does, later.
import asyncio
import time

import micropython

event = asyncio.Event()
ended = False


def callback(_):
    # Event.set is for tasks. Here no task runs and the loop is idle, which is all it takes.
    if ended:
        return
    if time.ticks_diff(time.ticks_ms(), started) < params["ms"]:
        micropython.schedule(callback, None)
    else:
        event.set()


async def main():
    global started
    started = time.ticks_ms()
    micropython.schedule(callback, None)
    await event.wait()
    return "waited"


result = asyncio.run(main())
ended = True
emit("ended", result, event.is_set())
