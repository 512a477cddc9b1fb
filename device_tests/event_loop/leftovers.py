# Tasks of every kind of wait are still running when main ends; then a second program runs.
import asyncio

log = []


async def leave(name, wait):
    try:
        while True:
            await wait()
            if ended and (name, "went on") not in log:
                log.append((name, "went on"))
    except asyncio.CancelledError:
        log.append((name, "cancelled"))
        raise
    finally:
        log.append((name, "finally"))


async def main():
    event = asyncio.Event()
    asyncio.create_task(leave("event", event.wait))
    asyncio.create_task(leave("ready", lambda: asyncio.sleep(0)))
    asyncio.create_task(leave("sleep", lambda: pause(2)))
    for _ in range(3):
        await asyncio.sleep(0)
    return "main"


async def second():
    await pause(5)
    return "second"


ended = False
emit("main", asyncio.run(main()))
ended = True
emit("at_the_end", list(log))
emit("second", asyncio.run(second()))
emit("after_a_second_run", list(log))
