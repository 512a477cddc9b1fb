# One of the tasks has failed before gather is called.
import asyncio


def plain(value):
    """What a broken gather returns may be anything; events hold plain values only."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, (int, str, tuple)) else type(value).__name__


async def fail():
    raise ValueError("failed")


async def work(number):
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    emit("ended", number)
    return number


async def main():
    failed = asyncio.create_task(fail())
    try:
        await failed
    except ValueError:
        emit("failed-before")
    try:
        works = (work(0), failed, work(2))
        result = await asyncio.gather(*works, return_exceptions=params["return_exceptions"])
        emit("returned", plain([r.args if isinstance(r, Exception) else r for r in result]))
    except ValueError as error:
        emit("raised", error.args)
    for _ in range(6):
        await asyncio.sleep(0)
    emit("end-of-main")


asyncio.run(main())
