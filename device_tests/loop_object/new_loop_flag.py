# A task waits for something outside the loop; then the loop is reset, and that is forgotten too.
import asyncio

flag = asyncio.ThreadSafeFlag()
log = []


async def waiter(name):
    await flag.wait()
    log.append(name)


async def leave():
    asyncio.create_task(waiter("left over"))
    await asyncio.sleep(0)


async def again():
    task = asyncio.create_task(waiter("again"))
    await asyncio.sleep(0)
    flag.set()
    await task


asyncio.run(leave())
asyncio.new_event_loop()
asyncio.run(again())
emit("log", log)
