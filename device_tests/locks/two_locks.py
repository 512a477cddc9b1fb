import asyncio


async def main():
    first, second = asyncio.Lock(), asyncio.Lock()
    await first.acquire()
    emit("second", second.locked())

    async def release():
        emit("other-releases")
        first.release()

    task = asyncio.create_task(release())
    await second.acquire()
    await first.acquire()
    emit("acquired", first.locked(), second.locked())
    second.release()
    emit("states", first.locked(), second.locked())
    await task


asyncio.run(main())
