import asyncio


def plain(value):
    """What a broken gather returns may be anything; events hold plain values only."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, (int, str, tuple)) else type(value).__name__


async def work(number):
    try:
        await asyncio.sleep(60 if number else 0)
        return number
    except asyncio.CancelledError:
        emit("cancelled", number)
        raise


async def main():
    try:
        await asyncio.wait_for(asyncio.gather(work(0), work(1), work(2)), seconds(50))
        emit("returned")
    except asyncio.TimeoutError:
        emit("timeout")
    for _ in range(4):
        await asyncio.sleep(0)
    result = await asyncio.wait_for(asyncio.gather(work(0), work(0)), 60)
    emit("result", plain(result))


asyncio.run(main())
