# What main is, seen from inside, beside a task made by create_task.
import asyncio


async def other():
    return asyncio.current_task()


async def main():
    me = asyncio.current_task()
    task = asyncio.create_task(other())
    seen = await task
    emit("main", type(me).__name__, me is asyncio.current_task())
    emit("other", type(task).__name__, seen is task)
    emit("same_type", type(me) is type(task))
    emit("same_task", me is task)


asyncio.run(main())
