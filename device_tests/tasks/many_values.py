# Many tasks that end in another order than they are awaited in, each with a value of its own.
import asyncio


async def worker(number, turns):
    for _ in range(turns):
        await asyncio.sleep(0)
    return number * number


async def main():
    count = params["tasks"]
    tasks = [asyncio.create_task(worker(n, n * 5 % 7)) for n in range(count)]
    values = []
    for n in range(count):
        values.append(await tasks[n * params["step"] % count])
    emit("values", values)


asyncio.run(main())
