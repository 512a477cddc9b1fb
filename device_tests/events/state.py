import asyncio


async def main():
    event = asyncio.Event()
    emit("start", event.is_set())
    event.set()
    emit("set", event.is_set())
    event.set()
    emit("set-twice", event.is_set())
    emit("wait", await event.wait())
    emit("after-wait", event.is_set())
    event.clear()
    emit("clear", event.is_set())
    event.clear()
    emit("clear-twice", event.is_set())
    event.set()
    emit("set-again", event.is_set())


asyncio.run(main())
