# What it costs to create, finish, gather and cancel tasks, a few and many at a time.
async def nothing():
    pass


async def rest():
    await sleep_ms(60000)


def timed(name, count, start):
    took = ticks_diff(ticks_us(), start)
    results.setdefault((name, count), []).append(took)


results = {}


async def main():
    await emit_turn()
    for count in params["sizes"]:
        for _ in range(params["times"]):
            gc.collect()
            start = ticks_us()
            tasks = [asyncio.create_task(nothing()) for _ in range(count)]
            timed("create", count, start)
            start = ticks_us()
            for task in tasks:
                await task
            timed("finish", count, start)
            start = ticks_us()
            await asyncio.gather(*[nothing() for _ in range(count)])
            timed("gather", count, start)
            tasks = [asyncio.create_task(rest()) for _ in range(count)]
            await sleep_ms(0)
            start = ticks_us()
            for task in tasks:
                task.cancel()
            timed("cancel", count, start)
            for task in tasks:
                try:
                    await task
                except asyncio.CancelledError:
                    pass
    for name, count in results:
        emit(name, count, results[(name, count)])


asyncio.run(main())
