# Sleeps of many lengths beside the board's own waits, each timed.
own = {}
slept = {}


async def sleep(ms, times):
    took = slept.setdefault(ms, [])
    for _ in range(times):
        start = ticks_us()
        await sleep_ms(ms)
        took.append(ticks_diff(ticks_us(), start))


async def main():
    await emit_turn()
    for ms, times in params["one_by_one"]:
        if params["own"]:
            own[ms] = [own_wait(ms) for _ in range(times)]
        await sleep(ms, times)
    # The long ones share their time.
    tasks = [asyncio.create_task(sleep(ms, times)) for ms, times in params["together"]]
    for task in tasks:
        await task
    for ms in own:
        emit("own", ms, own[ms])
    for ms in slept:
        emit("slept", ms, slept[ms])


asyncio.run(main())
