# run.no-task-after-exit: After SystemExit or KeyboardInterrupt left run there is no current task, either. (MicroPython library reference: asyncio, https://docs.m …
# Expected: run.values('current') == ['none', 'none']
# Seen: diverges: ['Task', 'Task']
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)

# A program ended by SystemExit or KeyboardInterrupt; then its task is looked at from outside.
import asyncio

tasks = []


async def leaves(error):
    tasks.append(asyncio.current_task())
    await asyncio.sleep(0)
    raise error


for error in (SystemExit(1), KeyboardInterrupt("stop")):
    try:
        asyncio.run(leaves(error))
    except BaseException as caught:
        emit("left", type(caught).__name__)
    try:
        emit("current", type(asyncio.current_task()).__name__)
    except RuntimeError:
        emit("current", "none")
    try:
        tasks.pop().cancel()
        emit("cancel", "done")
    except RuntimeError as error:
        emit("cancel", str(error))
# It printed there: left 'SystemExit'
# current 'Task'
# cancel "can't cancel self"
# left 'KeyboardInterrupt'
# current 'Task'
# cancel "can't cancel self"
