import asyncio


async def work(number):
    try:
        await asyncio.sleep(60 if number else 0)
        return number
    except asyncio.CancelledError:
        emit("cancelled", number)
        raise


async def main():
    try:
        await asyncio.wait_for(asyncio.gather(work(0), work(1), work(2)), 0.005)
        emit("returned")
    except asyncio.TimeoutError:
        emit("timeout")
    for _ in range(4):
        await asyncio.sleep(0)
    emit("result", await asyncio.wait_for(asyncio.gather(work(0), work(0)), 60))


asyncio.run(main())
