# The current task, asked for where none runs: before, after a return and after an exception.
import asyncio


async def fine():
    return type(asyncio.current_task()).__name__


async def fail():
    await asyncio.sleep(0)
    raise ValueError


def ask(when):
    try:
        emit("outside", when, type(asyncio.current_task()).__name__)
    except Exception as error:
        emit("outside", when, "raises " + type(error).__name__)


ask("before")
emit("inside", asyncio.run(fine()))
ask("after return")
try:
    asyncio.run(fail())
except ValueError:
    ask("after exception")
emit("inside", asyncio.run(fine()))
ask("at the end")
