# Some wait before the event is set, one comes when it is set, one after it was cleared.
import asyncio


async def wait(name, event):
    emit("waits", name)
    emit("returned", name, await event.wait())


async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(wait(number, event)) for number in range(params["tasks"])]
    for _ in range(4):
        await asyncio.sleep(0)
    emit("set")
    event.set()
    emit("after-set")
    for task in tasks:
        await task
    await wait("set-already", event)
    event.clear()
    late = asyncio.create_task(wait("cleared", event))
    for _ in range(4):
        await asyncio.sleep(0)
    emit("set")
    event.set()
    await late


asyncio.run(main())
