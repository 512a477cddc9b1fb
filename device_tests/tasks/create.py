# When a created task runs, and what create_task gives.
import asyncio

log = []
inside = []


async def worker(name):
    inside.append(asyncio.current_task())
    log.append((name, "runs"))
    return name


async def parent():
    log.append(("parent", "runs"))
    child = asyncio.create_task(worker("child"))
    log.append(("parent", "created"))
    return await child


async def main():
    task = asyncio.create_task(worker("a"))
    log.append(("a", "created"))
    emit("at_once", list(log))
    await asyncio.sleep(0)
    emit("same", inside[0] is task)
    log.append(("main", "goes on"))
    emit("child", await asyncio.create_task(parent()))
    emit("log", log)


asyncio.run(main())
