# Devices that become ready by themselves, in one way or another: what came, and how late.
MS = 8


async def each():
    # Three devices, each at its own instant.
    async def one(device):
        got = await read(device)
        return got, ticks_diff(ticks_us(), device.read_at)

    found = await asyncio.gather(*[one(Device(MS * number)) for number in (2, 1, 3)])
    return [got for got, _ in found], max(late for _, late in found)


async def beside_console():
    tasks = quiet("console")
    await sleep_ms(0)
    device = Device(MS)
    got = await read(device)
    late = ticks_diff(ticks_us(), device.read_at)
    tasks[0].cancel()
    return got, late


async def again():
    # One device, again and again.
    worst, count = 0, 0
    for _ in range(4):
        one.reads(MS)
        count += await reader.read(4) == b"data"
        worst = max(worst, ticks_diff(ticks_us(), one.read_at))
    one.reads(None)
    return count, worst


async def parts():
    # It has room for two bytes at a time.
    device = Device(None, MS, size=2)
    stream = asyncio.StreamWriter(device, {})
    stream.write(b"abcd")
    task = asyncio.create_task(stream.drain())
    while not device.written:
        await sleep_ms(1)
    device.writes(MS)
    await task
    return device.written, ticks_diff(ticks_us(), device.write_at)


async def line():
    # A line in two parts.
    device = Device(MS)
    device.data = b"one "
    task = asyncio.create_task(asyncio.StreamReader(device).readline())
    while not over(device.read_at):
        await sleep_ms(1)
    await sleep_ms(2)
    device.reads(MS)
    device.data = b"two\n"
    got = await task
    return got[-4:], ticks_diff(ticks_us(), device.read_at)


async def both():
    # Ready for reading first, for writing later.
    device = Device(MS, 2 * MS)
    stream = asyncio.StreamWriter(device, {})
    stream.write(b"abcd")
    task = asyncio.create_task(stream.drain())
    got = await stream.read(4)
    late = ticks_diff(ticks_us(), device.read_at)
    device.reads(None)
    await task
    return (got, device.written), max(late, ticks_diff(ticks_us(), device.write_at))


async def error():
    # It fails while a task waits for room.
    device = Device(None, MS)
    device.bits, device.error = 8, OSError(5)
    stream = asyncio.StreamWriter(device, {})
    try:
        stream.write(b"abcd")
        await stream.drain()
        told = "drained"
    except OSError as failed:
        told = failed.errno
    return told, ticks_diff(ticks_us(), device.write_at)


async def in_time():
    # Within a time that is long enough; then the time runs out; and then within it again.
    worst, got = 0, []
    for ms in (MS, None, MS):
        one.reads(ms)
        try:
            got.append(await wait_for_ms(reader.read(4), 500 if ms else MS))
            worst = max(worst, ticks_diff(ticks_us(), one.read_at))
        except asyncio.TimeoutError:
            got.append(b"timeout")
    one.reads(None)
    return got, worst


async def at_once():
    # Ready before anybody asks.
    start = ticks_us()
    await read(Device(0))
    return "at once", ticks_diff(ticks_us(), start)


async def always():
    while True:
        await sleep_ms(0)


async def among_turns():
    task = asyncio.create_task(always())
    device = Device(MS)
    got = await read(device)
    late = ticks_diff(ticks_us(), device.read_at)
    task.cancel()
    return got, late


async def beside_socket():
    import socket

    listener, client, port = socket.socket(), socket.socket(), 20000 + ticks_us() % 10000
    for _ in range(40):
        try:
            listener.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
            break
        except OSError:
            port += 7
    listener.listen(1)
    client.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
    server, _ = listener.accept()
    server.setblocking(False)
    task = asyncio.create_task(read(server))
    await sleep_ms(0)
    device = Device(MS)
    got = await read(device)
    late = ticks_diff(ticks_us(), device.read_at)
    task.cancel()
    for each in (client, server, listener):
        each.close()
    return got, late


async def beside_flag():
    task = quiet("flag")[0]
    await sleep_ms(0)
    device = Device(MS)
    got = await read(device)
    late = ticks_diff(ticks_us(), device.read_at)
    task.cancel()
    return got, late


async def main():
    got, late = [], []
    for _ in range(params["times"]):
        try:
            came, by = await wait_for_ms(globals()[params["what"]](), 1500)
        except asyncio.TimeoutError:
            came, by = "nothing", 1500000
        got.append(came)
        late.append(by)
        if came == "nothing":
            break  # the host is not to end by its bytes what nothing else ends
    emit("got", got)
    emit("late", late)


one = Device()
reader = asyncio.StreamReader(one)
asyncio.run(main())
