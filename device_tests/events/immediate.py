# Another task is ready: who comes first?
import asyncio


async def other():
    emit("other")


async def main():
    event = asyncio.Event()
    event.set()
    task = asyncio.create_task(other())
    await event.wait()
    await event.wait()
    emit("waited")
    await task


asyncio.run(main())
