import asyncio


def limit(awaitable, timeout):
    if params["ms"]:
        return asyncio.wait_for_ms(awaitable, timeout)
    return asyncio.wait_for(awaitable, timeout)


async def work():
    emit("own-task", asyncio.current_task() is not main_task)
    await pause(5)
    return "value"


async def fail():
    await asyncio.sleep(0)
    raise ValueError("failed")


async def main():
    global main_task
    main_task = asyncio.current_task()
    emit("result", await limit(work(), None))
    try:
        await limit(fail(), None)
    except ValueError as error:
        emit("raised", error.args)


asyncio.run(main())
