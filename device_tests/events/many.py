# Dozens of tasks wait on one event; nobody awaits them.
import asyncio
import gc

room = gc.mem_free() // 600 if hasattr(gc, "mem_free") else params["tasks"]
count = min(params["tasks"], room)
woken = []


async def work(number, event):
    await event.wait()
    woken.append(number)


async def main():
    emit("count", count)
    event = asyncio.Event()
    for number in range(count):
        asyncio.create_task(work(number, event))
    for _ in range(2):
        await asyncio.sleep(0)
    emit("before", woken)
    event.set()
    for _ in range(3):
        await asyncio.sleep(0)
    emit("woken", woken)


asyncio.run(main())
