# A task fails while others run: is the handler called while the program goes on, once?
import asyncio
import gc

log = []


def handler(loop, context):
    log.append("handler")


async def fail():
    raise ValueError


async def other():
    for turn in range(6):
        log.append(turn)
        await pause(1)
        gc.collect()


async def main():
    asyncio.get_event_loop().set_exception_handler(handler)
    asyncio.create_task(fail())
    await asyncio.create_task(other())
    log.append("main ends")


asyncio.run(main())
emit("log", log)
