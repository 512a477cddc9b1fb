# Tasks that end in ways that no handler should hear of.
import asyncio
import gc

calls = []


async def returns():
    return "value"


async def awaited():
    await asyncio.sleep(0)
    raise ValueError("awaited")


async def waits():
    await asyncio.sleep(5)


async def inside():
    try:
        raise ValueError("caught inside")
    except ValueError:
        pass


async def main():
    loop = asyncio.get_event_loop()
    loop.set_exception_handler(lambda loop, context: calls.append(str(context.get("exception"))))
    for work in (returns, inside):
        asyncio.create_task(work())
    task = asyncio.create_task(waits())
    unstarted = asyncio.create_task(waits())
    unstarted.cancel()
    await asyncio.sleep(0)
    task.cancel()
    task = unstarted = None
    failing = asyncio.create_task(awaited())
    try:
        await failing
    except ValueError:
        pass
    failing = None
    for _ in range(5):
        await asyncio.sleep(0)
        gc.collect()
    emit("calls", calls)


asyncio.run(main())
