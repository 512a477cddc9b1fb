# The loop told to run while it runs already, by each method that runs it.
import asyncio


async def inner():
    await asyncio.sleep(0)
    return "inner"


async def main():
    loop = asyncio.get_event_loop()
    nested = inner()
    try:
        emit("nested", "returned", loop.run_until_complete(nested))
    except Exception as error:
        emit("nested", "raised", type(error).__name__)
        nested.close()
    await asyncio.sleep(0)
    emit("main_goes_on")
    return "main"


emit("ended", asyncio.run(main()))
