# What it costs to create, finish, gather and cancel a few tasks while ever more others wait.
async def nothing():
    pass


async def rest(event):
    await event.wait()


async def sleep():
    await sleep_ms(60000)


async def costs(others):
    took = {"create": [], "finish": [], "gather": [], "cancel": []}
    few = params["few"]

    def timed(name, start):
        took[name].append(ticks_diff(ticks_us(), start))

    for _ in range(params["times"]):
        gc.collect()
        start = ticks_us()
        tasks = [asyncio.create_task(nothing()) for _ in range(few)]
        timed("create", start)
        start = ticks_us()
        for task in tasks:
            await task
        timed("finish", start)
        start = ticks_us()
        await asyncio.gather(*[nothing() for _ in range(few)])
        timed("gather", start)
        tasks = [asyncio.create_task(sleep()) for _ in range(few)]
        await sleep_ms(0)
        start = ticks_us()
        for task in tasks:
            task.cancel()
        timed("cancel", start)
        for task in tasks:
            try:
                await task
            except asyncio.CancelledError:
                pass
    for name in took:
        emit(name, others, took[name])


def room():
    gc.collect()
    return gc.mem_free() if hasattr(gc, "mem_free") else 1 << 30


async def main():
    event = asyncio.Event()
    waiting = []
    for others in params["others"]:
        if (others - len(waiting) + 2 * params["few"]) * 600 > room():
            break  # fewer show the growth as well
        try:
            while len(waiting) < others:
                waiting.append(asyncio.create_task(rest(event)))
            await sleep_ms(0)
            await costs(others)
        except MemoryError:
            break
    event.set()
    for task in waiting:
        await task


emit_tick()
asyncio.run(main())
