import asyncio


async def wait(name, flag):
    try:
        await flag.wait()
        emit("woken", name)
    except asyncio.CancelledError:
        emit("cancelled", name)
        raise


async def turns(count):
    for _ in range(count):
        await asyncio.sleep(0)


async def main():
    flag, other = asyncio.ThreadSafeFlag(), asyncio.ThreadSafeFlag()
    bystander = asyncio.create_task(wait("bystander", other))
    task = asyncio.create_task(wait("first", flag))
    await turns(3)
    emit("cancel", task.cancel())
    await turns(3)
    # Nobody waits now: what is set here is for who comes next.
    flag.set()
    await turns(3)
    task = asyncio.create_task(wait("second", flag))
    await turns(6)
    emit("done", task.done())
    task = asyncio.create_task(wait("third", flag))
    await turns(3)
    flag.set()
    await task
    other.set()
    await bystander
    try:
        await asyncio.wait_for(flag.wait(), seconds(3))
        emit("returned")
    except asyncio.TimeoutError:
        emit("timeout")
    flag.set()
    await flag.wait()
    emit("usable")


asyncio.run(main())
