# call_exception_handler with a context of one's own, with a handler and without.
import asyncio

calls = []


async def a_coroutine_of_mine():
    await asyncio.sleep(0)


async def main():
    loop = asyncio.get_event_loop()
    task = asyncio.create_task(a_coroutine_of_mine())
    context = {
        "message": "looprig-message",
        "exception": ValueError("looprig-exception"),
        "future": task,
        "mine": 1,
    }
    loop.set_exception_handler(lambda *args: calls.append(args))
    loop.call_exception_handler(context)
    emit("calls", [(given is loop, passed is context) for given, passed in calls])
    emit("context", sorted(context), context["mine"])
    loop.set_exception_handler(None)
    loop.call_exception_handler(context)
    emit("calls_at_the_end", len(calls))
    await task


asyncio.run(main())
