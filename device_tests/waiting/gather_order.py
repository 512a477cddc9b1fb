# Each task ends only after the one behind it, so that they end in reverse order.
import asyncio


def plain(value):
    """What a broken gather returns may be anything; events hold plain values only."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, (int, str, tuple)) else type(value).__name__


async def work(number, mine, next_one):
    emit("start", number)
    await mine.wait()
    emit("ended", number)
    next_one.set()
    return number * 10


async def main():
    count = params["tasks"]
    events = [asyncio.Event() for _ in range(count + 1)]
    works = [work(number, events[number + 1], events[number]) for number in range(count)]
    # Tasks and coroutines mixed.
    works = [asyncio.create_task(w) if i % 3 == 1 else w for i, w in enumerate(works)]
    events[count].set()
    result = await asyncio.gather(*works)
    emit("type", type(result).__name__)
    emit("result", plain(result))


asyncio.run(main())
