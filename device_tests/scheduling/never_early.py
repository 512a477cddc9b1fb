# Many short sleeps in a row; the board's clock before and after each.
import asyncio


async def main():
    for ms in params["ms"]:
        emit("before")
        await pause(ms)
        emit("after")


asyncio.run(main())
