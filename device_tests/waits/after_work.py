# Work that awaits nothing, and then a short wait: by the port's own poll, or by the loop.
def work():
    start = ticks_us()
    while ticks_diff(ticks_us(), start) < params["work_ms"] * 1000:
        pass


def own():
    took = []
    for _ in range(params["times"]):
        work()
        took.append(own_wait(params["ms"]))
    return took


async def looped():
    took = []
    for _ in range(params["times"]):
        work()
        start = ticks_us()
        await sleep_ms(params["ms"])
        took.append(ticks_diff(ticks_us(), start))
    return took


emit("took", 0, [own_wait(0) for _ in range(20)])
emit("took", params["ms"], own() if params["by"] == "poll" else asyncio.run(looped()))
