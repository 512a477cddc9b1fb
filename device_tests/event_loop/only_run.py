# A whole program that never mentions the loop.
import asyncio

log = []


async def helper():
    log.append("helper")
    await asyncio.sleep(0)
    log.append("helper again")


async def main():
    log.append("main")
    task = asyncio.create_task(helper())
    await task
    log.append("main again")


asyncio.run(main())
emit("log", log)
