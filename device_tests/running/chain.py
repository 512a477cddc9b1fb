# A coroutine that awaits coroutines that await coroutines, each with a pause of its own.
import asyncio

log = []


async def level(depth):
    log.append(("down", depth))
    await asyncio.sleep(0)
    below = await level(depth - 1) if depth else []
    await pause(1)
    log.append(("up", depth))
    return [depth, below]


value = asyncio.run(level(params["depth"]))
emit("log", log)
emit("value", value)
