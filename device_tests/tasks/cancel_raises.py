# What a task makes of its cancellation: another exception, a value, or a second cancellation.
import asyncio

log = []


async def raises():
    try:
        await asyncio.sleep(5)
    finally:
        raise ValueError("instead")


async def returns():
    try:
        await asyncio.sleep(5)
    except asyncio.CancelledError:
        return "instead"


async def cleans_up():
    try:
        await asyncio.sleep(5)
    finally:
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            log.append("cancelled in finally")
            raise


async def main():
    for work, times in ((raises, 1), (returns, 1), (cleans_up, 2)):
        task = asyncio.create_task(work())
        for _ in range(times):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            task.cancel()
        try:
            emit("ends", "value", await task)
        except ValueError as error:
            emit("ends", "ValueError", error.args[0])
        except asyncio.CancelledError:
            emit("ends", "CancelledError")
    emit("log", log)


asyncio.run(main())
