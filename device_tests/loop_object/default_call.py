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
