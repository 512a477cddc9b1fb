# Bytes allocated by turns of the loop, with collections switched off so that none hides them.
async def turns(count, ms):
    # What `count` further turns allocate: constants of the measurement cancel out.
    first = gc.mem_alloc()
    for _ in range(count):
        await sleep_ms(ms)
    second = gc.mem_alloc()
    for _ in range(count):
        await sleep_ms(ms)
    for _ in range(count):
        await sleep_ms(ms)
    return gc.mem_alloc() - second - (second - first)


async def other():
    while True:
        await sleep_ms(0)


async def measure(name, count, ms):
    await turns(2, ms)
    allocated = []
    for _ in range(params["times"]):
        gc.collect()
        gc.disable()
        allocated.append(await turns(count, ms))
        gc.enable()
    emit("allocated", name, count, allocated)


async def main():
    await measure("alone", params["turns"], 0)
    await measure("sleeping", params["sleeps"], 1)
    task = asyncio.create_task(other())
    await measure("two tasks", params["turns"], 0)
    task.cancel()


asyncio.run(main())
