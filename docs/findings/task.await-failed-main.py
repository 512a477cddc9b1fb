# task.await-failed-main: The task of a main that raised can be awaited in the next program, and raises again. (MicroPython library reference: asyncio, https://do …
# Expected: The task of a main that raised can be awaited in the next program, and raises again.
# Seen: crashed: the board rebooted: it printed its boot banner and a friendly prompt
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
params = {'raises': True}

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
# It printed there: and then: crashed: the board rebooted: it printed its boot banner and a friendly prompt
