import asyncio


async def work(name):
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        emit("cancelled", name)
        raise


async def inner(name, timeout):
    try:
        await asyncio.wait_for(work(name), timeout)
    except asyncio.TimeoutError:
        emit("inner-timeout", name)
        return "inner's value"
    except asyncio.CancelledError:
        emit("inner-cancelled", name)
        raise


async def main():
    for name, inside, outside in (("inner first", seconds(3), 60), ("outer first", 60, seconds(3))):
        try:
            emit("outer", name, await asyncio.wait_for(inner(name, inside), outside))
        except asyncio.TimeoutError:
            emit("outer", name, "timeout")
    for _ in range(5):
        await asyncio.sleep(0)


asyncio.run(main())
