# Several flags at once, set in another order than waited on.
import asyncio


async def wait(number, flag):
    await flag.wait()
    order.append(number)


order = []


async def main():
    flags = [asyncio.ThreadSafeFlag() for _ in range(5)]
    tasks = [asyncio.create_task(wait(number, flag)) for number, flag in enumerate(flags)]
    for number in (3, 0, 4, 1, 2):
        for _ in range(4):
            await asyncio.sleep(0)
        flags[number].set()
        await tasks[number]
    emit("order", order)
    emit("as-task", await asyncio.create_task(again(flags[0])))


async def again(flag):
    flag.set()
    await asyncio.create_task(flag.wait())
    return "returned"


asyncio.run(main())
