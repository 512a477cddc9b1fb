# Callbacks that raise come in the midst of waits, beside tasks that wait for this or that: the
# waits go on to their ends, and the callbacks behind them run.
MS = 5


def fails(_):
    raise ValueError("a callback of the test")


async def main():
    tasks = quiet(params["beside"])
    await sleep_ms(0)
    took = []
    for callback in (fails, note, fails, note):
        after(MS, callback)
        start = ticks_us()
        await sleep_ms(20)
        took.append(ticks_diff(ticks_us(), start))
    for _ in range(300):
        if len(ran) > 1:
            break
        await sleep_ms(1)
    for task in tasks:
        task.cancel()
    return took


emit("source", source)
if source != "none":
    emit("took", asyncio.run(main()))
    emit("ran", len(ran))
