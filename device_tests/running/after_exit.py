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
