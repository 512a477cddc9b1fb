# Sleeps of the loop, each alone.
async def main():
    turns = []  # the quickest counts: a busy host may hold one of them up
    for _ in range(5):
        start = ticks_us()
        for _ in range(4):
            await sleep_ms(0)
        turns.append(ticks_diff(ticks_us(), start) // 4)
    emit("took", 0, turns)
    for ms, times in params["waits"]:
        took = []
        for _ in range(times):
            start = ticks_us()
            await sleep_ms(ms)
            took.append(ticks_diff(ticks_us(), start))
        emit("took", ms, took)


asyncio.run(main())
