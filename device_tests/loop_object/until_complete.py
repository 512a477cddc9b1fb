# run_until_complete of coroutines and tasks, of those that return and those that raise.
import asyncio

try:
    loop = asyncio.get_event_loop()
except RuntimeError:  # CPython from 3.14 on: there is none until one is made
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
log = []
error = ValueError("mine")


async def returns(value):
    log.append("starts")
    await pause(1)
    log.append("ends")
    return value


async def raises():
    await pause(1)
    raise error


async def type_of_self():
    return type(asyncio.current_task()).__name__


emit("coroutine", loop.run_until_complete(returns("value")))
emit("log", list(log))
log.clear()
task = loop.create_task(returns("value"))
emit("before", list(log))
emit("task", loop.run_until_complete(task))
emit("log", list(log))
for make in (lambda: raises(), lambda: loop.create_task(raises())):
    try:
        loop.run_until_complete(make())
        emit("raised", "nothing")
    except ValueError as caught:
        emit("raised", caught is error)
emit("promoted", loop.run_until_complete(type_of_self()))
