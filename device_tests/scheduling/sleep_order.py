# Sleepers started in one order and due in another.
import asyncio


async def sleeper(number, ms):
    emit("starts", number)
    await pause(ms)
    emit("wakes", number)


async def main():
    tasks = [asyncio.create_task(sleeper(n, ms)) for n, ms in enumerate(params["ms"])]
    await asyncio.sleep(0)
    emit("all_sleep")
    for task in tasks:
        await task


asyncio.run(main())
