# Many short sleeps in a row; the board's clock before and after each.
import asyncio


async def main():
    for seconds in params["seconds"]:
        emit("before")
        await asyncio.sleep(seconds)
        emit("after")


asyncio.run(main())
