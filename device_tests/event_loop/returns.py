# What a coroutine returns, and what run gives back.
import asyncio

thing = object()


async def give(value, turns):
    for _ in range(turns):
        await asyncio.sleep(0)
    return value


async def nothing():
    pass


for turns in (0, 3):
    for value in params["values"]:
        emit("value", asyncio.run(give(value, turns)))
    emit("same_object", asyncio.run(give(thing, turns)) is thing)
emit("no_return", asyncio.run(nothing()))
