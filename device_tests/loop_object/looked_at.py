# A task failed; before the handler's turn somebody asks whether it is done.
import asyncio
import gc

calls = 0


def handler(loop, context):
    global calls
    calls += 1


async def fail():
    raise ValueError


async def main():
    asyncio.get_event_loop().set_exception_handler(handler)
    for look in ("nothing", "done"):
        task = asyncio.create_task(fail())
        await asyncio.sleep(0)
        if look == "done":
            emit("done", task.done())
        task = None
        for _ in range(4):
            await asyncio.sleep(0)
            gc.collect()
        emit("calls", look, calls)


asyncio.run(main())
