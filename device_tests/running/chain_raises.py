# An exception raised many awaits deep: who passes it on, and what comes out of run.
import asyncio

passed = []
error = ValueError("deep")


async def level(depth):
    await asyncio.sleep(0)
    if not depth:
        raise error
    try:
        await level(depth - 1)
    finally:
        passed.append(depth)


try:
    asyncio.run(level(params["depth"]))
    emit("raised", "nothing")
except Exception as caught:
    emit("raised", type(caught).__name__, caught is error)
emit("passed", passed)
