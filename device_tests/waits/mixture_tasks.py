# Tasks that sleep, wait with a timeout and are cancelled at random, beside such as work or take
# turns.
try:
    wait_for_ms = asyncio.wait_for_ms
except AttributeError:  # CPython, the control

    def wait_for_ms(waited, ms):
        return asyncio.wait_for(waited, seconds(ms))


async def lingers(number, ms):
    came()
    try:
        await sleep_ms(ms)
        ended.append((number, -1))
    except asyncio.CancelledError:
        ended.append((number, came()))
        raise


async def cancels(dice, number, times):
    came()
    for _ in range(times):
        ms = 1 + dice.below(14)
        task = asyncio.create_task(lingers(number, ms + 20 + dice.below(30)))
        await sleep_ms(ms)
        cancelled.append((number, came()))
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            came()


async def waits(dice, number, times):
    came()
    for _ in range(times):
        # One of the two is well before the other, so that none depends on a turn more or less.
        ms, first = 2 + dice.below(12), dice.below(2)
        limit, event = ms + (0 if first else 40), asyncio.Event()
        due = [0]
        task = asyncio.create_task(tells(event, ms + (40 if first else 0), due))
        start = at()
        due[0] = start + ms * 1000
        try:
            got = await wait_for_ms(event.wait(), limit)
        except asyncio.TimeoutError:
            got = False
        waited.append((number, got is True, not first, ms, start, due[0], came()))
        if dice.below(4):
            task.cancel()
        else:
            await task


async def main(seed, names):
    dice, times = Dice(seed), params["times"]
    others, turn = await together(dice, names, asks=False)
    tasks = [sleeps(Dice(seed + 7 * n), n, times) for n in range(params["sleepers"])]
    tasks += [waits(Dice(seed + 2 + n), n, times // 2) for n in range(2)]
    tasks.append(cancels(Dice(seed + 1), 0, times // 2))
    left = await end([asyncio.create_task(task) for task in tasks], others)
    found = {"waited": waited, "cancelled": cancelled, "ended": ended}
    found.update(log())
    emit("mixture", left, turn, found)


for seed, names in params["mixtures"]:
    waited, cancelled, ended = [], [], []
    begin()
    asyncio.run(main(seed, names))
