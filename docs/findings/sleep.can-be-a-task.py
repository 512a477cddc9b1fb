# sleep.can-be-a-task: A sleep is a coroutine: create_task makes a task of it. (MicroPython library reference: asyncio, https://docs.micropython.org/en/latest/lib …
# Expected: run.names == ['before', 'after']
# Seen: diverges: ['before', 'refused']
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
def seconds(ms): return ms / 1000

# A sleep made a task, without a coroutine of one's own around it.
import asyncio


async def main():
    emit("before")
    try:
        task = asyncio.create_task(asyncio.sleep(seconds(3)))
    except TypeError as error:
        emit("refused", str(error))
        return
    emit("after", await task)


asyncio.run(main())
# It printed there: before
# refused 'coroutine expected'
