# Sleepers started in one order and due in another.
import asyncio


async def sleeper(number, seconds):
    emit("starts", number)
    await asyncio.sleep(seconds)
    emit("wakes", number)


async def main():
    tasks = [asyncio.create_task(sleeper(n, s)) for n, s in enumerate(params["seconds"])]
    await asyncio.sleep(0)
    emit("all_sleep")
    for task in tasks:
        await task


asyncio.run(main())
