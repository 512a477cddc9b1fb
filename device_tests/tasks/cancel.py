# A task that waits in one of many ways is cancelled; what it sees and what its waiter sees.
import asyncio

log = []


async def inner():
    try:
        await asyncio.sleep(5)
    except asyncio.CancelledError:
        log.append("inner CancelledError")
        raise


async def wait(kind):
    if kind == "sleep":
        await asyncio.sleep(5)
    elif kind == "event":
        await asyncio.Event().wait()
    elif kind == "ready":
        for _ in range(50):
            await asyncio.sleep(0)
    elif kind == "coroutine":
        await inner()
    elif kind == "task":
        await asyncio.create_task(inner())
    elif kind == "lock":
        await lock.acquire()


async def worker(kind):
    log.append("starts")
    try:
        await wait(kind)
        log.append("nothing")
    except asyncio.CancelledError as error:
        log.append(type(error).__name__)
        raise
    finally:
        log.append("finally")


async def main(kind, turns):
    global lock
    lock = asyncio.Lock()
    await lock.acquire()
    task = asyncio.create_task(worker(kind))
    for _ in range(turns):
        await asyncio.sleep(0)
    emit("said", task.cancel())
    for _ in range(params.get("after", 4)):
        await asyncio.sleep(0)
    emit("log", list(log))
    try:
        await task
        emit("awaited", "nothing")
    except asyncio.CancelledError:
        emit("awaited", "CancelledError")


asyncio.run(main(params["kind"], params["turns"]))
