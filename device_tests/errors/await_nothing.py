# Awaiting what cannot be awaited raises in the task, where it can be caught.
import asyncio


async def main():
    for thing in (None, 1):
        try:
            await thing
            emit("took", repr(thing))
        except TypeError:
            emit("refused", repr(thing))
    await asyncio.sleep(0)
    return "still works"


emit("ended", asyncio.run(main()))
