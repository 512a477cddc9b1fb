import asyncio


def limit(awaitable, timeout):
    if params["ms"]:
        return asyncio.wait_for_ms(awaitable, timeout)
    return asyncio.wait_for(awaitable, timeout)


async def work():
    await asyncio.sleep(0.005)
    return "value"


async def fail():
    await asyncio.sleep(0)
    raise ValueError("failed")


async def main():
    emit("result", await limit(work(), None))
    try:
        await limit(fail(), None)
    except ValueError as error:
        emit("raised", error.args)


asyncio.run(main())
