# handler.default-takes-context: The loop's default_exception_handler can be called with a context. (MicroPython library reference: asyncio, https://docs.micropyt …
# Expected: run.names == ['called']
# Seen: diverges: ['refused']
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)

# default_exception_handler(context), called as the reference says.
import asyncio


async def a_coroutine_of_mine():
    await asyncio.sleep(0)


async def main():
    loop = asyncio.get_event_loop()
    task = asyncio.create_task(a_coroutine_of_mine())
    context = {
        "message": "looprig-message",
        "exception": ValueError("looprig-exception"),
        "future": task,
    }
    try:
        loop.default_exception_handler(context)
        emit("called")
    except TypeError as error:
        emit("refused", str(error))
    await task


asyncio.run(main())
# It printed there: refused 'default_exception_handler() takes 2 positional arguments but 1 were given'
