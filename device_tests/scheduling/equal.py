# Sleepers that all sleep for the same time, started one after the other.
import asyncio

woke = []


async def sleeper(number):
    await pause(params["ms"])
    woke.append(number)


async def main():
    tasks = [asyncio.create_task(sleeper(number)) for number in range(params["tasks"])]
    for task in tasks:
        await task
    emit("woke", woke)


asyncio.run(main())
