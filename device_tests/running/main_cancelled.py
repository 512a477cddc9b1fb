# Another task cancels main: what main sees, and what comes out of run.
import asyncio

log = []


async def canceller(task):
    await asyncio.sleep(0)
    task.cancel()


async def main(ignore):
    asyncio.create_task(canceller(asyncio.current_task()))
    try:
        await asyncio.sleep(5)
    except asyncio.CancelledError:
        log.append("cancelled")
        if not ignore:
            raise
    finally:
        log.append("finally")
    await asyncio.sleep(0)
    return "ignored it"


for ignore in (False, True):
    try:
        emit("ended", "returned", asyncio.run(main(ignore)))
    except asyncio.CancelledError:
        emit("ended", "raised", "CancelledError")
    emit("log", list(log))
    log.clear()
