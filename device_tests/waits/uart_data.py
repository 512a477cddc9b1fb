# Bytes to a UART's own RX: while a task works, both ways at once, beside reads that are cut off.
data = bytes((number * 7 + (number >> 8)) & 255 for number in range(params["size"]))


async def work():
    uart.write(data)
    start = ticks_us()
    while ticks_diff(ticks_us(), start) < params["work_us"]:
        pass
    start = ticks_us()
    emit("whole", await within(1000, reader.readexactly(len(data))) == data)
    emit("took", [ticks_diff(ticks_us(), start)])


async def turns(gaps):
    last = ticks_us()
    while True:
        await sleep_ms(0)
        now = ticks_us()
        gaps.append(max(gaps.pop(), ticks_diff(now, last)))
        last = now


async def read_all():
    got = b""
    while len(got) < len(data):
        got += await reader.read(64)
    return got


async def both():
    writer = asyncio.StreamWriter(uart, {})
    gaps = [0]
    task, other = asyncio.create_task(read_all()), asyncio.create_task(turns(gaps))
    await sleep_ms(0)
    start = ticks_us()
    writer.write(data)
    await writer.drain()
    emit("drained", ticks_diff(ticks_us(), start), gaps[0])
    emit("whole", await within(2000, task) == data)
    other.cancel()


async def cut():
    # Each read is cancelled a little later, before, while or after its byte arrives.
    got = b""
    for number in range(len(data)):
        task = asyncio.create_task(reader.read(1))
        await sleep_ms(0)
        uart.write(data[number : number + 1])
        start = ticks_us()
        while ticks_diff(ticks_us(), start) < number * params["step_us"]:
            await sleep_ms(0)
        task.cancel()
        try:
            got += await task
        except asyncio.CancelledError:
            pass
        while len(got) <= number:
            more = await within(200, reader.read(1))
            if not more:
                break
            got += more
    emit("got", got == data, len(got))


async def timeout():
    turn, took = [], []
    for _ in range(5):
        start = ticks_us()
        await sleep_ms(0)
        turn.append(ticks_diff(ticks_us(), start))
    emit("took", 0, turn)
    for number in range(len(data)):
        start = ticks_us()
        early = await within(params["ms"], reader.read(1))
        took.append(ticks_diff(ticks_us(), start))
        uart.write(data[number : number + 1])
        emit("after", early, await within(200, reader.read(1)) == data[number : number + 1])
    emit("took", params["ms"], took)


asyncio.run(globals()[params["what"]]())
uart.deinit()
