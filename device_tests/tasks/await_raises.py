# Awaiting a task that raises: while it runs, again, later, by several, and after it ended.
import asyncio
import gc

handled = []
error = ValueError("a", 1)


async def fail(turns):
    for _ in range(turns):
        await asyncio.sleep(0)
    raise error


async def take(task):
    try:
        await task
        return "nothing"
    except Exception as caught:
        return (type(caught).__name__, caught.args, caught is error)


async def main():
    asyncio.get_event_loop().set_exception_handler(lambda loop, context: handled.append(1))
    task = asyncio.create_task(fail(2))
    emit("running", await take(task))
    emit("again", await take(task))
    for _ in range(4):
        await asyncio.sleep(0)
    emit("later", await take(task))

    task = asyncio.create_task(fail(3))
    waiters = [asyncio.create_task(take(task)) for _ in range(3)]
    for waiter in waiters:
        emit("each", await waiter)

    task = asyncio.create_task(fail(0))
    await asyncio.sleep(0)  # it has just failed
    emit("just_failed", await take(task))

    task = None
    gc.collect()
    for _ in range(4):
        await asyncio.sleep(0)
    emit("handled", len(handled))

    task = asyncio.create_task(fail(0))
    for _ in range(4):
        await asyncio.sleep(0)
    emit("ended", await take(task))
    emit("ended", await take(task))


asyncio.run(main())
