# Several awaitables fail in the same turn: one exception comes out, once.
import asyncio


async def fail(number, event):
    await event.wait()
    raise ValueError(number)


async def main():
    event = asyncio.Event()

    async def go():
        for _ in range(3):
            await asyncio.sleep(0)
        event.set()

    setter = asyncio.create_task(go())
    try:
        await asyncio.gather(fail(0, event), fail(1, event), fail(2, event))
        emit("returned")
    except ValueError as error:
        emit("raised", error.args)
    try:
        await asyncio.sleep(0.003)
        emit("went-on")
    except BaseException as error:
        emit("disturbed", type(error).__name__)
    await setter


asyncio.run(main())
