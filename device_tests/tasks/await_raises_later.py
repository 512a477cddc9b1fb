# A task fails, is awaited by chance in the very next turn, and then again, turns later.
import asyncio


async def fails():
    raise ValueError("its own")


async def look(task):
    try:
        return await task
    except ValueError as error:
        return error.args[0]


async def main():
    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    emit("first", await look(task))
    for _ in range(3):
        await asyncio.sleep(0)
    emit("later", await look(task))


asyncio.run(main())
