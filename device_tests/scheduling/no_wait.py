# Sleeps of no length: each takes a turn, none takes time, and none jumps the queue.
import asyncio

log = []
stop = False


async def other():
    while not stop:
        log.append("other")
        await asyncio.sleep(0)


async def main():
    global stop
    asyncio.create_task(other())
    for unit, amount in params["sleeps"]:
        log.append("main")
        emit("value", await (asyncio.sleep(amount) if unit == "s" else pause(amount)))
    stop = True
    emit("log", log)


asyncio.run(main())
