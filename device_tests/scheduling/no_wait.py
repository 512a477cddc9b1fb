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
    sleeps = [(asyncio.sleep, t) for t in params["seconds"]] + [(pause, t) for t in params["ms"]]
    for sleep, t in sleeps:
        log.append("main")
        emit("value", await sleep(t))
    stop = True
    emit("log", log)


asyncio.run(main())
