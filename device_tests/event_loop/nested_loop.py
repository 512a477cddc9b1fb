# The loop told to run while it runs already, by each method that runs it.
import asyncio


async def inner():
    await asyncio.sleep(0)
    return "inner"


async def stop(loop):
    await asyncio.sleep(0)
    loop.stop()


async def main():
    loop = asyncio.get_event_loop()
    nested = inner()
    try:
        emit("nested", "returned", loop.run_until_complete(nested))
    except Exception as error:
        emit("nested", "raised", type(error).__name__)
        nested.close()
    stopping = asyncio.create_task(stop(loop))  # for a loop that does run
    try:
        emit("forever", "returned", loop.run_forever())
    except Exception as error:
        emit("forever", "raised", type(error).__name__)
    stopping.cancel()
    await asyncio.sleep(0)
    emit("main_goes_on")
    return "main"


emit("ended", asyncio.run(main()))
