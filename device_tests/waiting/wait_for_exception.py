import asyncio


def limit(awaitable, ms):
    if params["ms"]:
        return asyncio.wait_for_ms(awaitable, ms)
    return asyncio.wait_for(awaitable, seconds(ms))


raised = ValueError(7, "seven")


async def work(turns):
    for _ in range(turns):
        await asyncio.sleep(0)
    raise raised


async def main():
    for turns in (0, 3):
        try:
            await limit(work(turns), 60000)
            emit("returned")
        except ValueError as error:
            emit("raised", error is raised, error.args)
    await pause(2)
    emit("went-on")


asyncio.run(main())
