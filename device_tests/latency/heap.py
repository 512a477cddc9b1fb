# Bytes of heap that tasks and primitives take, and what is left of tasks that ended.
async def wait(event):
    await event.wait()


async def wait_for(event):
    await asyncio.wait_for(event.wait(), 60)


async def gather(event):
    await asyncio.gather(event.wait(), event.wait())


def used():
    gc.collect()
    return gc.mem_alloc()


async def cycle(count, wait=wait):
    # Bytes with so many tasks waiting, over those before.
    event = asyncio.Event()
    tasks = [None] * count
    before = used()
    for number in range(count):
        tasks[number] = asyncio.create_task(wait(event))
    for _ in range(3):
        await sleep_ms(0)
    taken = used() - before
    event.set()
    for task in tasks:
        await task
    return taken


def each(make, count=16):
    kept = [None] * count
    before = used()
    for number in range(count):
        kept[number] = make()
    return (used() - before) // count


async def main():
    few, many = params["few"], params["many"]
    await cycle(few)
    for count in (few, many):
        taken = [0] * 3
        for number in range(3):
            taken[number] = await cycle(count)
        emit("tasks", count, taken)
    left = [used()] * params["cycles"]
    for number in range(params["cycles"]):
        await cycle(few)
        left[number] = used()
    emit("left", left)
    for name in ("Event", "Lock", "ThreadSafeFlag"):
        if hasattr(asyncio, name):
            emit("primitive", name, each(getattr(asyncio, name)))
    emit("primitive", "task in wait_for", await cycle(few, wait_for) // few)
    emit("primitive", "task in a gather of two", await cycle(few, gather) // few)


asyncio.run(main())
