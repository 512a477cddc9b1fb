# asyncio runs in a second thread; the main thread does something else meanwhile, or sets a flag.
import _thread
import asyncio
import time

log = []
current = []
over = False
flag = asyncio.ThreadSafeFlag()


async def child(name):
    for _ in range(3):
        current.append(asyncio.current_task())
        await asyncio.sleep_ms(1)
        log.append(name)
    return name


async def main():
    event = asyncio.Event()

    async def setter():
        await asyncio.sleep_ms(2)
        event.set()

    got = await asyncio.gather(child("a"), child("b"), setter())
    await event.wait()
    lock = asyncio.Lock()
    async with lock:
        log.append("lock")
    try:
        await asyncio.wait_for_ms(asyncio.Event().wait(), 2)
    except asyncio.TimeoutError:
        log.append("timeout")
    if params["flag"]:
        log.append("waits")
        await flag.wait()
        log.append("flag")
    return got


def run():
    global over
    try:
        log.append(asyncio.run(main()))
    except BaseException as error:
        log.append(repr(error))
    over = True


start = time.ticks_ms()  # before the thread: where no lock guards them, names are not to move
_thread.start_new_thread(run, ())
while not over and time.ticks_diff(time.ticks_ms(), start) < params["limit_ms"]:
    time.sleep_ms(2)
    if params["flag"] and "waits" in log:
        flag.set()
emit("current", [each is not None for each in current], current[0] is current[1])
emit("over", over)
emit("log", log)
