# Tasks that fail alike, and tasks that fail with one and the same exception object.
import asyncio
import gc

same = ValueError("same")
calls = 0


def handler(loop, context):
    global calls
    calls += 1


async def fail(error):
    raise error


async def main():
    asyncio.get_event_loop().set_exception_handler(handler)
    for make in (lambda: ValueError("alike"), lambda: same):
        for _ in range(3):
            asyncio.create_task(fail(make()))
        for _ in range(4):
            await asyncio.sleep(0)
            gc.collect()  # CPython reports a task when it is collected
        emit("calls", calls)


asyncio.run(main())
