import asyncio


def plain(value):
    """What a broken gather returns may be anything; events hold plain values only."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, (int, str, tuple)) else type(value).__name__


async def work(number, turns, exception=None):
    for _ in range(turns):
        await asyncio.sleep(0)
    emit("ended", number)
    if exception:
        raise exception
    return number


async def main():
    first, second = ValueError("first"), KeyError("second")
    works = [work(0, 6), work(1, 3, second), work(2, 1, first), work(3, 0)]
    try:
        result = await asyncio.gather(*works, return_exceptions=params["return_exceptions"])
        emit(
            "returned",
            plain([(type(r).__name__, r.args) if isinstance(r, Exception) else r for r in result]),
        )
        emit("same", result[2] is first and result[1] is second)
    except BaseException as error:
        emit("raised", type(error).__name__, error.args)
        emit("same", error is first)
    for _ in range(12):
        await asyncio.sleep(0)
    emit("end-of-main")


asyncio.run(main())
