# The same program twice: left alone, and asked at every step what the loop is doing.
import asyncio


def look():
    if asked:
        loop = asyncio.get_event_loop()
        loop.get_exception_handler()
        seen.append(asyncio.current_task().done())
        for task in tasks:
            seen.append(task.done())


async def worker(name):
    for turn in range(3):
        look()
        log.append((name, turn))
        await asyncio.sleep(0)


async def sleeper():
    while len(log) < 6:  # its time is not to run against the workers' turns
        look()
        await asyncio.sleep(0)
    await pause(4)
    log.append("slept")
    look()
    event.set()


async def listener():
    look()
    await event.wait()
    look()
    log.append("event")
    if flag:
        flag.set()


async def outside():
    if flag:
        await flag.wait()
        look()
    log.append("flag")


async def main():
    for each in (worker("a"), outside(), sleeper(), listener(), worker("b")):
        tasks.append(asyncio.create_task(each))
    for task in tasks:
        look()
        await asyncio.wait_for(task, 2)
    look()


for asked in (False, True):
    log, tasks, seen = [], [], []
    event = asyncio.Event()
    flag = asyncio.ThreadSafeFlag() if hasattr(asyncio, "ThreadSafeFlag") else None
    asyncio.run(main())
    emit("log", asked, log)
    emit("seen", len(seen))
