# A task waits for something outside the loop; then the loop is reset, and that is forgotten too.
import asyncio

old = asyncio.ThreadSafeFlag()
new = asyncio.ThreadSafeFlag()
log = []


async def waiter(name, flag):
    await flag.wait()
    log.append(name)


async def leave():
    asyncio.create_task(waiter("left over", old))
    await asyncio.sleep(0)


async def again():
    task = asyncio.create_task(waiter("again", new))
    await asyncio.sleep(0)
    old.set()
    await pause(1)
    new.set()
    await task
    await pause(1)


asyncio.run(leave())
asyncio.new_event_loop()
asyncio.run(again())
emit("log", log)
