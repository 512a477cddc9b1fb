import asyncio


async def main():
    lock = asyncio.Lock()
    emit("start", lock.locked())
    emit("acquire", await lock.acquire())
    emit("locked", lock.locked())
    lock.release()
    emit("released", lock.locked())
    async with lock:
        emit("inside", lock.locked())
    emit("outside", lock.locked())
    emit("as-task", await asyncio.create_task(lock.acquire()))
    emit("locked-by-task", lock.locked())
    lock.release()
    for _ in range(2):
        try:
            lock.release()
            emit("wrong-release", "nothing")
        except Exception as error:
            emit("wrong-release", type(error).__name__)
        emit("after-wrong-release", lock.locked())
    emit("acquire-again", await lock.acquire())


asyncio.run(main())
