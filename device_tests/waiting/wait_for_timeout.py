import asyncio


def limit(awaitable, ms):
    if params["ms"]:
        return asyncio.wait_for_ms(awaitable, ms)
    return asyncio.wait_for(awaitable, seconds(ms))


async def sleeper(name, ms):
    await pause(ms)
    emit(name)


async def work():
    try:
        await asyncio.sleep(60)
        emit("ended")
    except asyncio.CancelledError:
        emit("cancelled")
        raise
    finally:
        emit("cleaned")


async def main():
    # Due times order the queue, so a busy or slow board cannot change this order.
    early = asyncio.create_task(sleeper("early", 3))
    late = asyncio.create_task(sleeper("late", 2000))
    await asyncio.sleep(0)
    awaitable = work()
    if params["task"]:
        awaitable = asyncio.create_task(awaitable)
    emit("start")
    try:
        await limit(awaitable, 12)
        emit("returned")
    except asyncio.TimeoutError as error:
        emit("timeout", type(error).__name__, isinstance(error, Exception))
    if params["task"]:
        emit("done", awaitable.done())
    late.cancel()
    await early
    # The waiter is rid of it: what it awaits next ends by itself.
    await pause(3)
    emit("went-on")


asyncio.run(main())
