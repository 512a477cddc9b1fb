# loop.create_task before the loop runs, and in it.
import asyncio

try:
    loop = asyncio.get_event_loop()
except RuntimeError:  # CPython from 3.14 on: there is none until one is made
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
log = []
seen = []


async def worker(name):
    seen.append(asyncio.current_task())
    log.append(name)
    await asyncio.sleep(0)
    return name


async def main():
    task = loop.create_task(worker("inside"))
    log.append("created")
    emit("values", await early, await task)
    emit("same", seen[0] is early, seen[1] is task)


early = loop.create_task(worker("early"))
emit("at_once", list(log))
loop.run_until_complete(main())
emit("log", log)
