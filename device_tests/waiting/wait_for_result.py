import asyncio


def limit(awaitable, ms):
    if params["ms"]:
        return asyncio.wait_for_ms(awaitable, ms)
    return asyncio.wait_for(awaitable, seconds(ms))


async def work(value):
    tasks.append(asyncio.current_task())
    await pause(2)
    emit("worked", value)
    return value


tasks = []


async def main():
    emit("of-coroutine", await limit(work("coroutine"), 60000))
    emit("own-task", tasks[0] is not asyncio.current_task())
    task = asyncio.create_task(work("task"))
    emit("of-task", await limit(task, 60000))
    emit("same-task", tasks[1] is task and task.done())
    # A value that is false must come through too.
    emit("of-falsy", await limit(work(0), 60000))
    # It is a coroutine: it can be a task of its own.
    emit("as-task", await asyncio.create_task(limit(work("inner"), 60000)))


asyncio.run(main())
