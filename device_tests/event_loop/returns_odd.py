# Main returns what a loop might take for something to run or to raise, or copy: it comes as it is.
import asyncio


async def done():
    return "done"


def generator():
    yield 1


async def main(what):
    odd = things[what]
    if what == "task":
        odd = things[what] = asyncio.create_task(done())
        await odd
    return odd


things = {
    "coroutine": done(),
    "generator": generator(),
    "function": done,
    "exception": ValueError("returned"),
    "class": ValueError,
    "cancelled": asyncio.CancelledError(),
    "list": [1, [2]],
    "dict": {1: 2},
    "bytearray": bytearray(b"abc"),
    "task": None,
}
KINDS = "coroutine generator function exception class cancelled list dict bytearray task"
for what in KINDS.split():
    try:
        got = asyncio.run(main(what))
    except BaseException as error:
        emit("raised", what, type(error).__name__)
        continue
    emit("same", what, got is things[what])
things["coroutine"].close()
