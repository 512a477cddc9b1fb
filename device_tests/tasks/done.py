# done(), asked at every stage of a task's life.
import asyncio


async def worker(how):
    emit("done", how, "inside", asyncio.current_task().done())
    await asyncio.sleep(0)
    if how == "raises":
        raise ValueError
    if how == "cancelled":
        await asyncio.sleep(5)


async def main(how):
    task = asyncio.create_task(worker(how))
    emit("done", how, "created", task.done())
    await asyncio.sleep(0)
    emit("done", how, "waiting", task.done())
    if how == "cancelled":
        await asyncio.sleep(0)
        task.cancel()
        emit("done", how, "told", task.done())
    for _ in range(3):
        await asyncio.sleep(0)
    emit("done", how, "ended", task.done())
    try:
        await task
    except (ValueError, asyncio.CancelledError):
        pass
    emit("done", how, "awaited", task.done())
    emit("done", how, "main", asyncio.current_task().done())


async def remember(how):
    mains.append(asyncio.current_task())
    await asyncio.sleep(0)
    if how == "raises":
        raise ValueError


mains = []
for how in ("returns", "raises", "cancelled"):
    asyncio.run(main(how))
for how in ("returns", "raises"):
    try:
        asyncio.run(remember(how))
    except ValueError:
        pass
    emit("main_done", how, mains.pop().done())
