# Setting, getting and removing handlers; whose turn it is when a task fails.
import asyncio
import gc

calls = []


def first(loop, context):
    calls.append(("first", context["exception"].args[0]))


def second(loop, context):
    calls.append(("second", context["exception"].args[0]))


async def fail(name):
    raise ValueError(name)


async def failing(name):
    asyncio.create_task(fail(name))
    for _ in range(4):
        await asyncio.sleep(0)
        gc.collect()


async def main():
    loop = asyncio.get_event_loop()
    emit("none_at_first", loop.get_exception_handler() is None)
    loop.set_exception_handler(first)
    emit("first_set", loop.get_exception_handler() is first)
    await failing("a")
    await failing("b")
    loop.set_exception_handler(second)
    emit("second_set", loop.get_exception_handler() is second)
    await failing("c")
    loop.set_exception_handler(None)
    emit("none_again", loop.get_exception_handler() is None)
    print("looprig: the next exception is for the default handler")
    await failing("for-the-default-handler")
    emit("calls", calls)


asyncio.run(main())
