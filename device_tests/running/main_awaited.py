# A task awaits main itself: run's own result must not depend on it, nor the handler be called.
import asyncio
import gc

calls = []


async def waiter(task):
    try:
        await task
    except BaseException:
        pass


async def main(error, waiters):
    loop = asyncio.get_event_loop()
    loop.set_exception_handler(lambda loop, context: calls.append(context["message"]))
    for _ in range(waiters):
        asyncio.create_task(waiter(asyncio.current_task()))
    await pause(1)
    if error:
        raise error
    return "value"


async def turns():
    for _ in range(5):
        await asyncio.sleep(0)
        gc.collect()


for waiters in (0, 1, 2):
    emit("returned", asyncio.run(main(None, waiters)))
    error = ValueError(waiters)
    try:
        asyncio.run(main(error, waiters))
        emit("raised", "nothing")
    except ValueError as caught:
        emit("raised", caught is error)
    asyncio.run(turns())
emit("handler_calls", calls)
