# What the exception handler is called with, for each of several failing tasks.
import asyncio
import gc

calls = []


def handler(*args):
    loop, context = args
    calls.append((len(args), loop, dict(context), type(context).__name__))


async def fail(error):
    await asyncio.sleep(0)
    raise error


async def main():
    loop = asyncio.get_event_loop()
    loop.set_exception_handler(handler)
    errors = [ValueError("a", 1), OSError(5), KeyError("k")]
    ids = []
    tasks = []
    for error in errors:
        task = asyncio.create_task(fail(error))
        ids.append(id(task))
        if params["keep"]:
            tasks.append(task)
        task = None
        for _ in range(4):
            await asyncio.sleep(0)
            gc.collect()
    for number, (count, given, context, kind) in enumerate(calls):
        future = context.get("future")
        emit("arguments", count, given is loop, kind)
        emit("keys", sorted(context))
        emit("message", type(context["message"]).__name__, len(context["message"]) > 0)
        emit("exception", context["exception"] is errors[number])
        emit("future", id(future) == ids[number], type(future).__name__)


asyncio.run(main())
