# More of one thing than a counter of sixteen bits can count: each is right.
import asyncio


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


async def main():
    global event, lock
    event, lock = asyncio.Event(), asyncio.Lock()
    work, wrong = globals()[params["what"]], 0
    for number in range(params["times"]):
        if not await work(number):
            wrong += 1
    return number + 1, wrong


emit("ended", asyncio.run(main()))
