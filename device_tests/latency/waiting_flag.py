# Switches between two ready tasks, without and with a third that waits for a ThreadSafeFlag.
over = False


async def turn():
    while not over:
        await sleep_ms(0)


async def on_flag(flag):
    await flag.wait()


async def switches():
    took = []
    for _ in range(params["samples"]):
        start = ticks_us()
        for _ in range(params["batch"]):
            await sleep_ms(0)
        took.append(ticks_diff(ticks_us(), start))
    return took


async def main():
    global over
    task = asyncio.create_task(turn())
    await sleep_ms(0)
    emit("without", 2 * params["batch"], await switches())
    flag = asyncio.ThreadSafeFlag()
    waiter = asyncio.create_task(on_flag(flag))
    await sleep_ms(0)
    emit("with", 2 * params["batch"], await switches())
    over = True
    flag.set()
    await waiter
    await task


emit_tick()
asyncio.run(main())
