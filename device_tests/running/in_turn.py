# One program after another, of every kind of end: does anything of one show in the next?
import asyncio

log = []


async def helper(number):
    await pause(1)
    return number


async def returns(number):
    task = asyncio.create_task(helper(number))
    return [number, await task]


async def nothing(number):
    await asyncio.create_task(helper(number))


async def raises(number):
    await asyncio.create_task(helper(number))
    raise ValueError(number)


async def cancelled(number):
    await asyncio.create_task(helper(number))
    raise asyncio.CancelledError


for number, kind in enumerate(params["kinds"]):
    coroutine = {"r": returns, "n": nothing, "e": raises, "c": cancelled}[kind](number)
    try:
        log.append(asyncio.run(coroutine))
    except ValueError as error:
        log.append(("ValueError", error.args))
    except asyncio.CancelledError:
        log.append("CancelledError")
emit("log", log)
