# A task is cancelled before its first turn.
import asyncio

log = []


async def worker():
    log.append("starts")
    try:
        await asyncio.sleep(0)
    finally:
        log.append("finally")


async def main():
    task = asyncio.create_task(worker())
    emit("said", task.cancel())
    try:
        await task
        emit("awaited", "nothing")
    except asyncio.CancelledError:
        emit("awaited", "CancelledError")
    emit("log", log)


asyncio.run(main())
