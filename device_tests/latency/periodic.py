# A task that wakes at a steady pace; between its sleeps the board's own wait of the same length.
async def main():
    await emit_turn()
    ms = params["ms"]
    slept, own = [], []
    for _ in range(params["count"]):
        start = ticks_us()
        await sleep_ms(ms)
        slept.append(ticks_diff(ticks_us(), start))
        own.append(own_wait(ms))
    emit("slept", ms, slept)
    emit("own", ms, own)


asyncio.run(main())
