# What a coroutine raises, and what comes out of run.
import asyncio


class Own(Exception):
    pass


async def fail(error, turns):
    for _ in range(turns):
        await asyncio.sleep(0)
    raise error


for turns in (0, 3):
    for error in (ValueError("a", 1), OSError(5), Own("own")):
        try:
            asyncio.run(fail(error, turns))
            emit("raised", "nothing")
        except Exception as caught:
            emit("raised", type(caught).__name__, caught.args, caught is error)
