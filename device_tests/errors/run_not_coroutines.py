# Things that are no coroutines, given to asyncio.run; then a coroutine.
import asyncio


async def function():
    return "value"


for kind, thing in (("None", None), ("int", 1), ("str", "text"), ("function", function)):
    try:
        asyncio.run(thing)
        emit("took", kind)
    except Exception as error:
        emit("refused", kind, type(error).__name__)
emit("ended", asyncio.run(function()))
