# Put in front of life/over: waits that come and go.
import asyncio

WAIT_FOR = [asyncio.wait_for]
if hasattr(asyncio, "wait_for_ms"):
    WAIT_FOR.append(asyncio.wait_for_ms)


async def one_turn():
    await asyncio.sleep(0)


async def wait(event):
    await event.wait()


async def timeouts():
    for wait_for in WAIT_FOR:
        try:
            await wait_for(event.wait(), 0)
        except asyncio.TimeoutError:
            pass


async def in_time():
    await asyncio.wait_for(one_turn(), 60)


async def events():
    mine = asyncio.Event()
    task = asyncio.create_task(wait(mine))
    await asyncio.sleep(0)
    mine.set()
    await task


async def one_event():
    task = asyncio.create_task(wait(event))
    await asyncio.sleep(0)
    event.set()
    await task
    event.clear()


async def locks():
    async with lock:
        task = asyncio.create_task(holding())
        await asyncio.sleep(0)
    await task


async def holding():
    async with lock:
        pass


async def flags():
    flag.set()
    await flag.wait()
    flag.set()
    flag.clear()


async def gathers():
    await asyncio.gather(one_turn(), one_turn())


async def sleeps():
    await asyncio.sleep(0)


async def cancelled_events():
    # On one event, which is never set.
    await end(asyncio.create_task(wait(event)))


async def cancelled_locks():
    if not lock.locked():
        await lock.acquire()
    await end(asyncio.create_task(holding()))


async def failed_gathers():
    await asyncio.gather(one_turn(), fails(), return_exceptions=True)


async def cancelled_gathers():
    await end(asyncio.create_task(gathering()))


async def gathering():
    await asyncio.gather(wait(event), wait(event))


async def fails():
    raise ValueError("failed")


async def set_for_nobody():
    event.set()
    event.clear()


async def ignored():
    # Tasks that ignore their cancellation.
    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    task.cancel()
    await task


async def stubborn():
    try:
        await event.wait()
    except asyncio.CancelledError:
        pass


async def asked_for():
    # The loop, its handler, the current task: asked for, and set.
    loop = asyncio.get_event_loop()
    loop.set_exception_handler(loop.get_exception_handler())
    asyncio.current_task().done()


async def after_a_crowd():
    # Turns, before and after a crowd of tasks waited at the same time. It comes twice, for of one
    # something may be kept until the next: before the first look at the heap, and in mid-life.
    global calls
    calls += 1
    if calls in (8 * params["each"], 20 * params["each"]):
        await crowd(min(48, gc.mem_free() // 2048) if hasattr(gc, "mem_free") else 48)
    await asyncio.sleep(0)


async def crowd(count):
    flags = [getattr(asyncio, "ThreadSafeFlag", asyncio.Event)() for _ in range(count // 4)]
    start = asyncio.Event()
    waiting = [asyncio.create_task(wait(each)) for each in flags + [start] * (count // 2)]
    waiting += [asyncio.create_task(asyncio.wait_for(one_turn(), 60)) for _ in range(count // 4)]
    await asyncio.sleep(0)
    for each in flags + [start]:
        each.set()
    await asyncio.gather(*waiting)


calls = 0
