# The same thing over and over: does the heap fill?
import asyncio
import gc


async def nothing():
    await asyncio.sleep(0)


async def fail():
    raise ValueError("failed")


async def finished():
    await asyncio.create_task(nothing())


async def detached():
    asyncio.create_task(nothing())
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def failed():
    try:
        await asyncio.create_task(fail())
    except ValueError:
        pass


async def unretrieved():
    asyncio.create_task(fail())
    for _ in range(3):
        await asyncio.sleep(0)


async def end(task):
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass


async def cancelled_sleep():
    await end(asyncio.create_task(asyncio.Event().wait()))

    async def sleep():
        await asyncio.sleep(60)

    await end(asyncio.create_task(sleep()))


async def cancelled_lock():
    if not lock.locked():
        await lock.acquire()
    await end(asyncio.create_task(lock.acquire()))


async def cancelled_flag():
    await end(asyncio.create_task(flag.wait()))


async def timed_out():
    try:
        await asyncio.wait_for(event.wait(), 0)
    except asyncio.TimeoutError:
        pass


async def in_time():
    await asyncio.wait_for(nothing(), 60)


async def gathered():
    await asyncio.gather(nothing(), nothing())


event, lock, flag = asyncio.Event(), asyncio.Lock(), asyncio.ThreadSafeFlag()
kinds = {
    "tasks": (finished, detached, failed, unretrieved),
    "cancelled": (cancelled_sleep, cancelled_lock, cancelled_flag),
    "waits": (timed_out, in_time, gathered),
}


async def main():
    loop = asyncio.get_event_loop()
    loop.set_exception_handler(lambda loop, context: None)
    for work in kinds[params["kind"]]:
        used = [0] * params["rounds"]
        for number in range(params["rounds"]):
            for _ in range(params["times"]):
                await work()
            # Two turns with something else, so that nothing remembers the last one.
            await nothing()
            await nothing()
            gc.collect()
            used[number] = gc.mem_alloc()
        emit("used", work.__name__, used)


asyncio.run(main())
