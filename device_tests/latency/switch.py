# What a switch costs among 1, 2, 4, ... tasks. With `asleep` all but two of them sleep.
# Every 64th switch of all is stamped: stretches so short are seldom interrupted, and a round of
# many tasks is the sum of its stretches.
going = False
count = 0
stamps = []
wanted = 0


async def turn():
    global count
    while going:
        await sleep_ms(0)
        count += 1
        if not count & 63:
            stamp()


def stamp():
    # Two rounds at least; no more than wanted, or than a slow board or loop has time for.
    global going
    stamps.append(ticks_us())
    spent = ticks_diff(stamps[-1], stamps[0])
    if len(stamps) > wanted or spent > 10 * params["enough_us"]:
        going = False
    elif spent > params["enough_us"] and len(stamps) > 3 * (wanted // params["rounds"]):
        going = False


async def rest():
    await sleep_ms(60000)


async def switches(tasks):
    # Whether so many tasks fit into the heap and the time.
    global going, count, wanted
    ready = min(tasks, 2) if params["asleep"] else tasks
    stretches = max(1, ready // 64)  # of a round
    going, count, wanted = True, 0, params["rounds"] * stretches
    del stamps[:]
    made = []
    try:
        for number in range(tasks):
            made.append(asyncio.create_task(turn() if number < ready else rest()))
        for task in made[:ready]:
            await task
        fits = True
    except MemoryError:
        going = fits = False
    for task in made:
        task.cancel()
    for task in made:
        try:
            await task
        except asyncio.CancelledError:
            pass
    took = [ticks_diff(stamps[i + 1], stamps[i]) for i in range(len(stamps) - 1)]
    # The first round, for which tasks were only just made, counts for nothing.
    took = took[stretches:]
    if fits and len(took) >= stretches:
        emit("switches", tasks, stretches, took)
    return fits


async def main():
    tasks = 1
    while tasks <= params["most"]:
        gc.collect()
        if not await switches(tasks):
            break
        if stamps and ticks_diff(stamps[-1], stamps[0]) > 5 * params["enough_us"]:
            break  # fewer show the growth as well
        tasks *= 2


asyncio.run(main())
