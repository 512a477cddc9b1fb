# Things that are no coroutines, given to what asks for one.
import asyncio


async def function():
    pass


class Thing:
    pass


async def give(name, call):
    for kind, thing in (
        ("None", None),
        ("int", 1),
        ("str", "text"),
        ("function", function),
        ("object", Thing()),
        ("list", []),
        ("task", asyncio.current_task()),
    ):
        try:
            call(thing)
            emit("took", name, kind)
        except Exception as error:
            emit("refused", name, kind, type(error).__name__)


async def main():
    await give("create_task", asyncio.create_task)
    await give("loop.create_task", asyncio.get_event_loop().create_task)
    await pause(1)
    return "still works"


emit("ended", asyncio.run(main()))
