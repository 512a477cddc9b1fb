# Waiting for a lock with a timeout, over and over, leaves the lock sound.
import asyncio


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    for _ in range(3):
        try:
            await asyncio.wait_for(lock.acquire(), seconds(2))
            emit("acquired")
        except asyncio.TimeoutError:
            emit("timeout", lock.locked())
    lock.release()
    emit("free", lock.locked())
    emit("acquire", await asyncio.wait_for(lock.acquire(), 60))
    emit("locked", lock.locked())


asyncio.run(main())
