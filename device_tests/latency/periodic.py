# A task that wakes at a steady pace; after every second sleep the board's own wait of the same
# length. In stretches, so that a small board holds them.
async def main():
    await emit_turn()
    ms = params["ms"]
    for _ in range(params["stretches"]):
        slept, own = [], []
        for number in range(params["count"]):
            start = ticks_us()
            await sleep_ms(ms)
            slept.append(ticks_diff(ticks_us(), start))
            if number % 2:
                own.append(own_wait(ms))
        emit("slept", ms, slept)
        emit("own", ms, own)


asyncio.run(main())
