# Another thread works without end, and a third ends by an exception; the loop beside them keeps its
# waits, and how late is it?
import asyncio
import time
from _thread import start_new_thread
from time import ticks_diff, ticks_us

going = True
work = 0


def busy():
    global work
    while going:
        work += 1


def fails():
    global failed
    time.sleep_ms(4)
    failed = True
    raise ValueError("a thread's own, which is told and harms nobody")


async def main():
    global going
    event = asyncio.Event()

    async def setter():
        for _ in range(10):
            await asyncio.sleep_ms(3)
            event.set()

    task = asyncio.create_task(setter())
    for _ in range(10):
        await event.wait()
        event.clear()
        got.append("event")
    await task
    try:
        await asyncio.wait_for_ms(asyncio.Event().wait(), 3)
    except asyncio.TimeoutError:
        got.append("timeout")
    for _ in range(8):
        start = ticks_us()
        await asyncio.sleep_ms(3)
        late.append(max(0, ticks_diff(ticks_us(), start) - 3000))
    start_new_thread(fails, ())
    for _ in range(1000):
        await asyncio.sleep_ms(2)
        if failed:
            break
    await asyncio.sleep_ms(4)
    got.append("after a failure")
    going = False


got, late, failed = [], [], False
start_new_thread(busy, ())
for _ in range(5000):  # a busy machine may begin it late
    if work:
        break
    time.sleep_ms(1)
asyncio.run(main())
time.sleep_ms(5)
emit("got", got)
emit("late", late)
emit("worked", work > 0)
