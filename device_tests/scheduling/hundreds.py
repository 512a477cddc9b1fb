# Hundreds of tasks that sleep for scrambled times and take a few turns.
import asyncio

ended = bytearray(params["tasks"])


async def worker(number):
    await asyncio.sleep(number * 7 % 11 * 0.001)
    await asyncio.sleep(0)
    await asyncio.sleep(number * 5 % 3 * 0.001)
    ended[number] += 1


async def main():
    tasks = [asyncio.create_task(worker(number)) for number in range(params["tasks"])]
    for task in tasks:
        await task


asyncio.run(main())
emit("ended", bytes(ended))
