# The pause of a collection, and the gap that a ready task sees because of it.
longest = 0
over = False


async def watch():
    global longest
    last = ticks_us()
    while not over:
        await sleep_ms(0)
        now = ticks_us()
        longest = max(longest, ticks_diff(now, last))
        last = now


async def main():
    global longest, over
    await emit_turn()
    task = asyncio.create_task(watch())
    pauses, gaps = [], []
    for _ in range(params["count"]):
        litter = [bytes(24) for _ in range(params["litter"])]
        del litter
        await sleep_ms(2)
        longest = 0
        start = ticks_us()
        gc.collect()
        pauses.append(ticks_diff(ticks_us(), start))
        await sleep_ms(0)
        await sleep_ms(0)
        gaps.append(longest)
    over = True
    await task
    emit("pauses", pauses)
    emit("gaps", gaps)


asyncio.run(main())
