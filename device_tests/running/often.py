# Each way to wait, so often that a count of eight bits is full.
import asyncio

count = 0


async def work(event):
    global count
    while True:
        await event.wait()
        event.clear()
        count += 1


async def hold(lock):
    global inside, most, locked
    for _ in range(params["times"] // 2):
        async with lock:
            inside += 1
            most = max(most, inside)
            locked += lock.locked()
            await asyncio.sleep(0)
            inside -= 1


async def fail():
    raise ValueError


async def sleeping():
    await asyncio.sleep(60)


async def raising(number):
    await asyncio.sleep(0)
    raise ValueError(number)


def handler(loop, context):
    global count
    count += 1


async def value(number):
    return number


inside = most = locked = 0


async def main():
    times = params["times"]
    if params["what"] == "event":
        event = asyncio.Event()
        task = asyncio.create_task(work(event))
        for _ in range(times):
            await asyncio.sleep(0)
            event.set()
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        emit("count", count)
    elif params["what"] == "lock":
        lock = asyncio.Lock()
        await asyncio.gather(hold(lock), hold(lock))
        emit("count", most)
        emit("locked", locked)
    elif params["what"] == "gather":
        right = 0
        for number in range(times):
            right += await asyncio.gather(value(number), value(7)) == [number, 7]
        emit("count", right)
    elif params["what"] == "failure":
        asyncio.get_event_loop().set_exception_handler(handler)
        for _ in range(times):
            asyncio.create_task(fail())
            await asyncio.sleep(0)
        for _ in range(2):
            await asyncio.sleep(0)
        emit("count", count)
    elif params["what"] == "task":
        right = 0
        for number in range(times):
            right += await asyncio.create_task(value(number)) == number
        emit("count", right)
    elif params["what"] == "cancel":
        heard = 0
        for _ in range(times):
            task = asyncio.create_task(sleeping())
            await asyncio.sleep(0)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                heard += 1
        emit("count", heard)
    elif params["what"] == "timeout":
        heard = 0
        for _ in range(times):
            try:
                await asyncio.wait_for(asyncio.Event().wait(), 0)
            except asyncio.TimeoutError:
                heard += 1
        emit("count", heard)
    elif params["what"] == "exception":
        right = 0
        for number in range(times):
            try:
                await asyncio.create_task(raising(number))
            except ValueError as error:
                right += error.args[0] == number
        emit("count", right)
    else:
        right = 0
        for number in range(times):
            right += await asyncio.wait_for(value(number), 60) == number
        emit("count", right)


asyncio.run(main())
