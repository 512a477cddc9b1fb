# Several awaitables fail in the same turn: one exception comes out, once.
import asyncio


async def fail(number, events):
    await events[number].wait()
    raise ValueError(number)


async def main():
    events = [asyncio.Event() for _ in range(3)]

    async def go():
        for _ in range(3):
            await asyncio.sleep(0)
        for event in reversed(events):
            event.set()

    setter = asyncio.create_task(go())
    try:
        await asyncio.gather(*[fail(number, events) for number in range(3)])
        emit("returned")
    except ValueError as error:
        emit("raised", error.args)
    try:
        await pause(3)
        emit("went-on")
    except BaseException as error:
        emit("disturbed", type(error).__name__)
    await setter


asyncio.run(main())
