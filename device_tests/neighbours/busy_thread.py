# Another thread works without end; the loop beside it keeps its waits.
import asyncio
import time
from _thread import start_new_thread

going = True
work = 0


def busy():
    global work
    while going:
        work += 1


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
    going = False


got = []
start_new_thread(busy, ())
for _ in range(5000):  # a busy machine may begin it late
    if work:
        break
    time.sleep_ms(1)
asyncio.run(main())
time.sleep_ms(5)
emit("got", got)
emit("worked", work > 0)
