# run_forever when every task has ended; a scheduled callback stops it later.
import asyncio
import time

import micropython

loop = asyncio.get_event_loop()
log = []
ended = False


def callback(_):
    # stop is for tasks. Here no task runs and the loop is idle, which is all it takes.
    if ended:
        return
    if time.ticks_diff(time.ticks_ms(), started) < params["ms"]:
        micropython.schedule(callback, None)
    else:
        log.append("stop")
        loop.stop()


async def worker():
    global started
    await asyncio.sleep_ms(1)
    log.append("worker ends")
    started = time.ticks_ms()
    micropython.schedule(callback, None)


loop.create_task(worker())
loop.run_forever()
ended = True
emit("log", log)
