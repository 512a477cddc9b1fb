# In which order tasks get their first and later turns, tasks made by tasks included.
import asyncio

log = []


async def child(name):
    log.append(name)
    await asyncio.sleep(0)
    log.append(name + "'")


async def parent(name):
    log.append(name)
    asyncio.create_task(child(name + "1"))
    await asyncio.sleep(0)
    log.append(name + "'")
    asyncio.create_task(child(name + "2"))


async def main():
    for name in "abc":
        asyncio.create_task(parent(name))
    for _ in range(6):
        await asyncio.sleep(0)
    emit("log", log)


asyncio.run(main())
