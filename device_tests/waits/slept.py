# Sleeps of the loop, each alone.
async def main():
    start = ticks_us()
    for _ in range(20):
        await sleep_ms(0)
    emit("took", 0, [ticks_diff(ticks_us(), start)])
    for ms, times in params["waits"]:
        took = []
        for _ in range(times):
            start = ticks_us()
            await sleep_ms(ms)
            took.append(ticks_diff(ticks_us(), start))
        emit("took", ms, took)


asyncio.run(main())
