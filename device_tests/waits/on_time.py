# Waits of several lengths, beside tasks that wait for something that does not come: by a sleep, by
# the time that a wait for an event or a read may take, or by the port's own poll of what is quiet.
import select

APART = (8, 14, 22, 35, 60)  # by so many ms another's sleep ends later


async def sleep(ms):
    await sleep_ms(ms)


async def timeout(ms):
    try:
        await wait_for_ms(asyncio.Event().wait(), ms)
    except asyncio.TimeoutError:
        pass


async def read_timeout(ms):
    try:
        await wait_for_ms(read(device), ms)
    except asyncio.TimeoutError:
        pass


async def poll(ms):
    poller.poll(ms)


async def fails():
    raise ValueError("a failure of the test")


async def nothing():
    pass


async def something(number):
    # Each time another thing happens right before the wait.
    event, flag = asyncio.Event(), asyncio.ThreadSafeFlag()
    event.set()
    flag.set()
    if number == 0:
        task = asyncio.create_task(asyncio.Event().wait())
        await sleep_ms(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    elif number == 1:
        await asyncio.gather(fails(), nothing(), return_exceptions=True)
    elif number == 2:
        await timeout(1)
    elif number == 3:
        await event.wait()
    elif number == 4:
        await flag.wait()
    elif number == 5:
        await read(Device(0))
    else:
        await read_timeout(1)


async def timed(wait, ms):
    start = ticks_us()
    await wait(ms)
    return ticks_diff(ticks_us(), start)


async def main():
    emit("took", 0, [us // 4 for us in await four_turns(5)])
    wait = {"sleep": sleep, "timeout": timeout, "read": read_timeout, "poll": poll}[params["by"]]
    if params["by"] == "poll":
        poller.register(device, select.POLLIN)
    apart = params["beside"] == "apart"
    company = quiet(params["beside"])
    tasks = company[:]
    await sleep_ms(0)
    for position, (ms, times) in enumerate(params["waits"]):
        took = []
        for _ in range(times):
            if params["beside"] == "after":
                await something(position)
            if params["beside"] == "near":  # which end a little later, and are waited for by nobody
                tasks += [asyncio.create_task(sleep(ms + more)) for more in (4, 8, 12)]
            later = asyncio.create_task(sleep(ms + APART[position])) if apart else None
            took.append(await timed(wait, ms))
            if later:
                later.cancel()
        emit("took", position + 1, took)
    emit("disturbed", sum(task.done() for task in company), Device.unasked)
    for task in tasks:
        task.cancel()


device, poller = Device(), select.poll()
asyncio.run(main())
