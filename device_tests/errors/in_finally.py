# An exception on the way, and finally blocks that wait, return or raise in turn.
import asyncio


async def waits():
    try:
        raise ValueError("first")
    finally:
        await pause(1)
        emit("waited")


async def raises():
    try:
        raise ValueError("first")
    finally:
        await asyncio.sleep(0)
        raise KeyError("second")


async def returns():
    try:
        raise ValueError("first")
    except ValueError:
        await asyncio.sleep(0)
        return "value"


async def main():
    for work in (waits, raises, returns):
        try:
            emit("ends", "value", await asyncio.create_task(work()))
        except Exception as error:
            emit("ends", type(error).__name__, error.args[0])


asyncio.run(main())
