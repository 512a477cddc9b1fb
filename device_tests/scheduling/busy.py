# A task that holds the loop while another's sleep runs out: it must still wake.
import asyncio
import time

log = []


async def sleeper():
    await pause(1)
    log.append("woke")
    await asyncio.sleep(0)
    log.append("again")


async def main():
    task = asyncio.create_task(sleeper())
    await asyncio.sleep(0)
    time.sleep(seconds(5))
    log.append("held")
    await task
    emit("log", log)


asyncio.run(main())
