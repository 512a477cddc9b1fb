# What a handler may do: create a task, and set another handler.
import asyncio
import gc

log = []


async def work():
    log.append("work")


async def fail():
    raise ValueError


def first(loop, context):
    log.append("first")
    tasks.append(loop.create_task(work()))
    loop.set_exception_handler(second)


def second(loop, context):
    log.append("second")


tasks = []


async def main():
    asyncio.get_event_loop().set_exception_handler(first)
    for _ in range(2):
        asyncio.create_task(fail())
        for _ in range(5):
            await asyncio.sleep(0)
            gc.collect()
    emit("log", log)


asyncio.run(main())
