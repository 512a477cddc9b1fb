# The same thing over and over: what a batch of it takes, beside a fixed piece of work that has
# nothing to do with the loop, and what is on the heap then.
import gc


def collected():
    gc.collect()
    return gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0


def heard(loop, context):
    pass


async def end(task):
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass


async def ended(task):
    for _ in range(4):
        await asyncio.sleep(0)
    return task.done()


async def still_works():
    # The event and the lock that so many waited for.
    event.clear()
    waits = asyncio.create_task(event.wait())
    waited = await ended(waits)
    event.set()
    if not lock.locked():
        await lock.acquire()
    takes = asyncio.create_task(lock.acquire())
    taken = await ended(takes)
    lock.release()
    return not waited and await ended(waits), not taken and await ended(takes)


async def main():
    global event, lock, flag
    event, lock = asyncio.Event(), asyncio.Lock()
    flag = asyncio.ThreadSafeFlag() if params["kind"] == "flags" else None
    asyncio.get_event_loop().set_exception_handler(heard)
    work = globals()[params["kind"]]
    took, own = [0] * params["batches"], [0] * params["batches"]
    used, batch = [], 0
    emit("prompt", await prompt())
    began = ticks_us()
    for batch in range(params["batches"]):
        if batch % params["look"] == params["look"] - 1:
            await asyncio.sleep(0)  # two turns, so that nothing remembers the last one
            await asyncio.sleep(0)
            used.append(collected())
        own[batch] = reference()
        gc.collect()  # or what it costs to find room for something goes up and down with the heap
        start = ticks_us()
        for _ in range(params["each"]):
            await work()
        took[batch] = ticks_diff(ticks_us(), start)
        # the host needs three looks, of which the last is at the end
        if len(used) > 1 and ticks_diff(ticks_us(), began) > params["enough_us"]:
            break
    used.append(collected())
    emit("prompt", await prompt())
    emit("works", *await still_works())
    emit("own", own[: batch + 1])
    emit("took", took[: batch + 1])
    emit("used", used)


asyncio.run(main())
