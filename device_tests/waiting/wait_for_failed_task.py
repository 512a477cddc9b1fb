# The task that is waited for failed, or was cancelled, before.
import asyncio

raised = ValueError("before")


async def fail():
    raise raised


async def wait():
    await asyncio.sleep(60)


async def attempt(name, task):
    try:
        await asyncio.wait_for(task, 60)
        emit("returned", name)
    except asyncio.CancelledError:
        emit("raised", name, True)
    except Exception as error:
        emit("raised", name, error is raised)


async def main():
    asyncio.get_event_loop().set_exception_handler(lambda loop, context: None)
    failed = asyncio.create_task(fail())
    cancelled = asyncio.create_task(wait())
    await asyncio.sleep(0)
    cancelled.cancel()
    for _ in range(2):
        await asyncio.sleep(0)
    await attempt("failed", failed)
    await attempt("cancelled", cancelled)


asyncio.run(main())
