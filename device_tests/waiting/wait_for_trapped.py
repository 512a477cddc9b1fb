# A waiter that traps its cancellation and goes on must not be cancelled a second time.
import asyncio


async def wait():
    try:
        await asyncio.wait_for(forever(), 60)
    except asyncio.CancelledError:
        emit("trapped")
    try:
        await pause(5)
        emit("went-on")
    except asyncio.CancelledError:
        emit("cancelled-again")


async def forever():
    while True:
        await asyncio.sleep(60)


async def main():
    waiter = asyncio.create_task(wait())
    for _ in range(5):
        await asyncio.sleep(0)
    waiter.cancel()
    await waiter


asyncio.run(main())
