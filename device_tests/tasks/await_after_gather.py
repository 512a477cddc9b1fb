# Tasks that gather waited for, awaited once more.
import asyncio


async def worker(number):
    await asyncio.sleep(0)
    if number == 2:
        raise ValueError(number)
    return number


async def main():
    tasks = [asyncio.create_task(worker(number)) for number in range(3)]
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        try:
            emit("again", await task)
        except ValueError as error:
            emit("again", "ValueError %d" % error.args[0])


asyncio.run(main())
