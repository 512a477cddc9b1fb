# asyncio.run inside a coroutine that the loop already runs.
import asyncio


async def inner():
    await asyncio.sleep(0)
    return "inner"


async def main():
    nested = inner()
    try:
        emit("nested", "returned", asyncio.run(nested))
    except Exception as error:
        emit("nested", "raised", type(error).__name__)
        nested.close()
    await asyncio.sleep(0)
    emit("main_goes_on")
    return "main"


emit("ended", asyncio.run(main()))
