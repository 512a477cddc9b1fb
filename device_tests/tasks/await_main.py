# The task of a main that is over is awaited in the next program.
import asyncio

mains = []


async def main():
    mains.append(asyncio.current_task())
    await asyncio.sleep(0)
    if params["raises"]:
        raise ValueError("mine")
    return "value"


async def later():
    try:
        emit("later", await mains[0])
    except ValueError as error:
        emit("later", "ValueError " + error.args[0])
    return "over"


try:
    asyncio.run(main())
except ValueError:
    pass
emit("ended", asyncio.run(later()))
