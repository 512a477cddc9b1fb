# The flag is set, and another task is ready: who comes first?
import asyncio


async def other():
    emit("other")


async def main():
    flag = asyncio.ThreadSafeFlag()
    flag.set()
    task = asyncio.create_task(other())
    await flag.wait()
    emit("waited")
    await task


asyncio.run(main())
