# new_event_loop: what it gives, and what is left of the tasks and waits that were there.
import asyncio

log = []


async def worker(name):
    log.append(name)
    await pause(1)
    log.append(name + " again")


async def rest():
    for _ in range(3):
        await pause(1)
    return "paused"


before = asyncio.get_event_loop()
before.create_task(worker("forgotten"))
after = asyncio.new_event_loop()
emit("same", after is before, asyncio.get_event_loop() is after)
emit("ended", asyncio.run(rest()))
emit("log", list(log))


async def leave():
    asyncio.create_task(worker("left over"))
    await asyncio.sleep(0)


asyncio.run(leave())
log.clear()
asyncio.new_event_loop()
emit("ended", asyncio.run(rest()))
emit("log", list(log))
after.create_task(worker("kept"))
asyncio.run(rest())
emit("log", list(log))
