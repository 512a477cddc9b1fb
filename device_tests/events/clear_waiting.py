# An event is cleared while tasks wait on it, and set later.
import asyncio

woken = []


async def work(number, event):
    await event.wait()
    woken.append(number)


async def main():
    event = asyncio.Event()
    for number in range(2):
        asyncio.create_task(work(number, event))
        await asyncio.sleep(0)
        event.clear()
        await asyncio.sleep(0)
    emit("cleared", woken)
    event.set()
    for _ in range(3):
        await asyncio.sleep(0)
    emit("set", sorted(woken))


asyncio.run(main())
