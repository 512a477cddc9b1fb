# A sleep that is called, and awaited only after another was called.
import asyncio


async def main():
    emit("before")
    first = asyncio.sleep(seconds(10))
    try:
        second = asyncio.sleep(0)
    except Exception as error:
        emit("second", type(error).__name__)
        second = None
    await first
    emit("after")
    if second:
        await second
    await asyncio.sleep(0)
    emit("goes_on")


asyncio.run(main())
