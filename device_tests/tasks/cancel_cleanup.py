# Cleanup when cancelled: nested finally blocks, some of which wait themselves.
import asyncio

log = []


async def third():
    try:
        await asyncio.sleep(5)
    finally:
        log.append("third")


async def second():
    try:
        await third()
    finally:
        log.append("second starts")
        await pause(2)
        log.append("second ends")


async def first():
    try:
        await second()
    except asyncio.CancelledError:
        log.append("first trapped")
        raise
    finally:
        await asyncio.sleep(0)
        log.append("first")


async def main():
    task = asyncio.create_task(first())
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
        log.append("nothing")
    except asyncio.CancelledError:
        log.append("CancelledError")
    emit("log", log)


asyncio.run(main())
