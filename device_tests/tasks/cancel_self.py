# A task that cancels itself.
import asyncio

log = []


async def worker():
    try:
        asyncio.current_task().cancel()
        log.append("told")
    except Exception as error:
        log.append("refused " + type(error).__name__)
    try:
        await asyncio.sleep(0)
        log.append("went on")
    except asyncio.CancelledError:
        log.append("CancelledError")
    await asyncio.sleep(0)
    return "value"


async def main():
    emit("value", await asyncio.create_task(worker()))
    emit("log", log)


asyncio.run(main())
