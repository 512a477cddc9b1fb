# The loop idles for a while, all told, beside a flag and a device that stay silent. How late does
# each of them wake its task then?
flag, device = asyncio.ThreadSafeFlag(), Device()
set_at = 0


def sets(_):
    global set_at
    set_at = ticks_us()
    flag.set()


async def silent():
    await asyncio.StreamReader(Device()).read(1)


async def main():
    beside = asyncio.create_task(silent())
    for _ in range(params["pauses"]):
        try:
            await asyncio.wait_for_ms(flag.wait(), params["pause_ms"])
        except asyncio.TimeoutError:
            pass
    late = []
    reader = asyncio.StreamReader(device)
    for _ in range(params["times"]):
        if params["what"] == "flag":
            if source == "none":
                break
            after(params["ms"], sets)
            await flag.wait()
            late.append(ticks_diff(ticks_us(), set_at))
            continue
        device.reads(params["ms"])
        await reader.read(4)
        late.append(ticks_diff(ticks_us(), device.read_at))
        device.reads(None)
    beside.cancel()
    emit("late", late)


emit("source", source)
asyncio.run(main())
