# The current task, asked for in a task, in what it awaits, after its waits, and when cancelled.
import asyncio

log = []


async def deeper(own):
    log.append(asyncio.current_task() is own[0])
    await asyncio.sleep(0)
    log.append(asyncio.current_task() is own[0])


async def worker(own):
    log.append(asyncio.current_task() is own[0])
    await deeper(own)
    await pause(1)
    log.append(asyncio.current_task() is own[0])
    try:
        await asyncio.sleep(5)
    finally:
        log.append(asyncio.current_task() is own[0])


async def main():
    me = asyncio.current_task()
    owns = [[None] for _ in range(3)]
    for own in owns:
        own[0] = asyncio.create_task(worker(own))
    log.append(asyncio.current_task() is me)
    for _ in range(6):
        await pause(1)
        log.append(asyncio.current_task() is me)
    for own in owns:
        own[0].cancel()
    for own in owns:
        try:
            await own[0]
        except asyncio.CancelledError:
            pass
    emit("log", log)
    emit("different", len({id(own[0]) for own in owns} | {id(me)}))


asyncio.run(main())
