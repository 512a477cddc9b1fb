# Nothing is ready for a while: the loop has to wait, and must neither end nor resume early.
import asyncio


async def main():
    emit("before")
    await pause(params["ms"])
    emit("after")
    return "returned"


result = asyncio.run(main())
emit("ended", result)
