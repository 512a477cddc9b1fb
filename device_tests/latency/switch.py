# What a switch costs among 1, 2, 4, ... tasks. With `asleep` all but two of them sleep.
# Every 64th switch of all is stamped: stretches so short are seldom interrupted, and a round of
# many tasks is the sum of its stretches.
going = False
count = 0
stamps = []
wanted = 0
taken = 0  # bytes of heap, by the tasks of a size


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


def room():
    gc.collect()
    return gc.mem_free() if hasattr(gc, "mem_free") else 1 << 30


async def switches(tasks):
    # Whether so many tasks fit into the heap and the time.
    global going, count, wanted, taken
    ready = min(tasks, 2) if params["asleep"] else tasks
    stretches = max(1, ready // 64)  # of a round
    going, count, wanted = True, 0, params["rounds"] * stretches
    del stamps[:]
    made = []
    free = room()
    try:
        for number in range(tasks):
            made.append(asyncio.create_task(turn() if number < ready else rest()))
        taken = free - room()
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
        except (asyncio.CancelledError, MemoryError):
            pass
    if not fits:
        return False
    took = [ticks_diff(stamps[i + 1], stamps[i]) for i in range(len(stamps) - 1)]
    # The first round, for which tasks were only just made, counts for nothing.
    took = took[stretches:]
    if len(took) >= stretches:
        emit("switches", tasks, stretches, took)
    return True


async def main():
    tasks = 1
    while tasks <= params["most"]:
        # Twice as many take twice as much, and that again when they end with their exceptions.
        if 5 * taken > room() or not await switches(tasks):
            emit("full", tasks)
            break
        if stamps and ticks_diff(stamps[-1], stamps[0]) > 5 * params["enough_us"]:
            break  # fewer show the growth as well
        tasks *= 2


emit_tick()
asyncio.run(main())
