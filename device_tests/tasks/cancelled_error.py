# What CancelledError is: does `except Exception`, which guards so many loops, stop it?
import asyncio

log = []


async def worker():
    while True:
        try:
            await asyncio.sleep(5)
        except Exception as error:
            log.append(type(error).__name__)
            return


async def main():
    task = asyncio.create_task(worker())
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
        log.append("trapped")
    except asyncio.CancelledError as error:
        log.append((type(error).__name__, isinstance(error, Exception)))
    emit("log", log)


asyncio.run(main())
