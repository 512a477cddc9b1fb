# Three awaitables fail in one turn, in another order than they are given in.
import asyncio


async def fail(name):
    await asyncio.sleep(0)
    raise ValueError(name)


async def main():
    for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
        tasks = {name: asyncio.create_task(fail(name)) for name in order}
        try:
            await asyncio.gather(*[tasks[name] for name in range(3)])
        except ValueError as error:
            emit("raised", error.args[0])


asyncio.run(main())
