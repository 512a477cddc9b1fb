# A failed task that is awaited long after it failed, and after the handler was told.
import asyncio

told = []
error = ValueError("late")


async def fail():
    raise error


async def main():
    asyncio.get_event_loop().set_exception_handler(lambda loop, context: told.append(1))
    task = asyncio.create_task(fail())
    for _ in range(6):
        await asyncio.sleep(0)
    for _ in range(2):
        try:
            await task
            emit("raised", "nothing")
        except ValueError as caught:
            emit("raised", caught is error)
    for _ in range(4):
        await asyncio.sleep(0)
    emit("told", len(told))


asyncio.run(main())
