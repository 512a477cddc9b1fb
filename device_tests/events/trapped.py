# A task traps its cancellation and waits for something else. What it waited for first comes about
# now: it must not wake.
import asyncio


async def wait(what, other, number):
    try:
        await what()
        emit("ended", number)
    except asyncio.CancelledError:
        emit("trapped", number)
    await other.wait()
    emit("woken", number, other.is_set())


async def turns(count):
    for _ in range(count):
        await asyncio.sleep(0)


async def nothing(event):
    await event.wait()


async def main():
    source, other = asyncio.Event(), asyncio.Event()
    if params["kind"] == "event":
        what, cause = source.wait, source.set
    elif params["kind"] == "flag":
        flag = asyncio.ThreadSafeFlag()
        what, cause = flag.wait, flag.set
    elif params["kind"] == "lock":
        lock = asyncio.Lock()
        await lock.acquire()
        what, cause = lock.acquire, lock.release
    elif params["kind"] == "gather":
        what = lambda: asyncio.gather(nothing(source), nothing(source))
        cause = source.set
    tasks = [asyncio.create_task(wait(what, other, number)) for number in range(params["tasks"])]
    await turns(4)
    for task in tasks:
        task.cancel()
    await turns(4)
    cause()
    await turns(8)
    emit("set-other")
    other.set()
    for task in tasks:
        await task


asyncio.run(main())
