# What a switch costs among 1, 2, 4, ... tasks. With `asleep` all but two of them sleep.
going = False


async def turn():
    while going:
        await sleep_ms(0)


async def rest():
    await sleep_ms(60000)


async def switches(others):
    # Microseconds of a batch of switches, several times. A batch is as large for any number of
    # tasks: whatever else takes the processor away then takes as much of each.
    global going
    going = True
    tasks = []
    ready = 2 if params["asleep"] and others else others + 1
    try:
        for number in range(others):
            work = rest() if params["asleep"] and number else turn()
            tasks.append(asyncio.create_task(work))
    except MemoryError:
        going = False
        for task in tasks:
            task.cancel()
        await sleep_ms(0)
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
        if len(took) > 1 and sum(took) > params["enough_us"]:
            break  # a slow board
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
        if ticks_diff(ticks_us(), start) > 10 * params["enough_us"]:
            break  # a loop or board so slow shows its growth with fewer
        tasks *= 2


asyncio.run(main())
