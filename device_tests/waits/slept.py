# Sleeps of the loop, each alone.
async def main():
    emit("took", 0, [us // 4 for us in await four_turns(5)])
    for ms, times in params["waits"]:
        took = []
        for _ in range(times):
            start = ticks_us()
            await sleep_ms(ms)
            took.append(ticks_diff(ticks_us(), start))
        emit("took", ms, took)


asyncio.run(main())
