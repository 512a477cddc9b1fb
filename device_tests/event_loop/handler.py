# A custom exception handler, and a task whose exception nobody retrieves.
import asyncio
import gc

calls = []
log = []


def handler(loop, context):
    calls.append((loop, context["exception"]))


async def fail():
    raise error


async def other():
    for turn in range(3):
        log.append(turn)
        await asyncio.sleep(0)


async def main():
    loop = asyncio.get_event_loop()
    loop.set_exception_handler(handler)
    emit("installed", loop.get_exception_handler() is handler)
    asyncio.create_task(fail())
    task = asyncio.create_task(other())
    for _ in range(5):
        await asyncio.sleep(0)
        gc.collect()  # CPython calls the handler when the task is collected
    await task
    emit("calls", [(given is loop, caught is error) for given, caught in calls])
    emit("others_went_on", log)


error = ValueError("nobody retrieves this")
asyncio.run(main())
