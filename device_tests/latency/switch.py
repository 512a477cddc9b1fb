# What a switch costs among 1, 2, 4, ... tasks. With `asleep` all but two of them sleep.
going = False


async def turn():
    while going:
        await sleep_ms(0)


async def rest():
    await sleep_ms(60000)


async def switches(others):
    # Microseconds of `count` switches, several times: what every so many own turns take.
    global going
    going = True
    tasks = []
    ready = 2 if params["asleep"] and others else others + 1
    try:
        for number in range(others):
            work = rest() if params["asleep"] and number else turn()
            tasks.append(asyncio.create_task(work))
    except MemoryError:
        tasks_made = len(tasks)
        going = False
        for task in tasks:
            task.cancel()
        await sleep_ms(0)
        emit("full", tasks_made)
        return False
    every = max(1, params["batch"] // ready)
    took = []
    for _ in range(2):
        await sleep_ms(0)
    for _ in range(params["samples"]):
        start = ticks_us()
        for _ in range(every):
            await sleep_ms(0)
        took.append(ticks_diff(ticks_us(), start))
    going = False
    for task in tasks:
        task.cancel()
    for task in tasks:
        try:
            await task
        except asyncio.CancelledError:
            pass
    emit("switches", others + 1, every * ready, took)
    return True


async def main():
    tasks = 1
    while tasks <= params["most"]:
        gc.collect()
        start = ticks_us()
        if not await switches(tasks - 1):
            break
        if ticks_diff(ticks_us(), start) > params["enough_us"]:
            break  # a loop or board so slow shows its growth with fewer
        tasks *= 2


asyncio.run(main())
