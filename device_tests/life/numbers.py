# One thing after another, as often as was asked, or past the last power of two that the board has
# time for at its own pace, which is the quickest: each is right.
import asyncio

try:
    from gc import threshold

    # MicroPython looks for room beside what is garbage, too: one in a heap that fills up takes ever
    # longer, on a Pico ten times as long by the time that it collects
    threshold(32 * 1024)
except ImportError:  # CPython, which counts references
    pass

PAST = 16

if params["what"] == "callbacks":
    import micropython

    flag, got = asyncio.ThreadSafeFlag(), [0]


async def value(number):
    return number


async def tasks(number):
    return await asyncio.create_task(value(number)) == number


async def events(number):
    event.set()
    await event.wait()
    was = event.is_set()
    event.clear()
    return was and not event.is_set()


async def locks(number):
    async with lock:
        return lock.locked()


async def waits(number):
    return await asyncio.wait_for(value(number), 60) == number


async def cancels(number):
    task = asyncio.create_task(wait(unset))
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return True


async def wait(event):
    await event.wait()


async def gathers(number):
    return await asyncio.gather(value(number), value(7)) == [number, 7]


async def failures(number):
    try:
        await asyncio.create_task(fail(number))
    except ValueError as error:
        return error.args[0] == number


async def fail(number):
    raise ValueError(number)


async def callbacks(number):
    micropython.schedule(called, number)
    for _ in range(1000):  # or a port that looks at flags once a millisecond takes that for each
        if got[0] == number:
            break
    await flag.wait()
    return got[0] == number


def called(number):
    got[0] = number
    flag.set()


async def reads(number):
    data = b"%d\n" % number
    writer.write(data)
    await writer.drain()
    return await reader.readline() == data


async def connected():
    # A connection of the board to itself, both ends in one hand.
    ends = []

    async def accepted(*streams):
        ends.append(streams)

    server, port = await serve(accepted)
    _, writer = await asyncio.open_connection(HOST, port)
    while not ends:
        await pause(1)
    server.close()
    return ends[0][0], writer


async def main():
    global event, lock, unset, reader, writer
    event, lock, unset = asyncio.Event(), asyncio.Lock(), asyncio.Event()
    if params["what"] == "reads":
        reader, writer = await connected()
    work, wrong, past = globals()[params["what"]], 0, 256 + PAST
    start, quickest = ticks_us(), params["enough_us"]
    for number in range(params["times"]):
        if not await work(number):
            wrong += 1
        if number & 63 == 63:
            quickest = min(quickest, ticks_diff(ticks_us(), start))
            start = ticks_us()
        if number == past:
            past = 2 * past - PAST
            if past // 64 * quickest > params["enough_us"]:
                break
    return number + 1, wrong


emit("ended", asyncio.run(main()))
