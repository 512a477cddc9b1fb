# What remains of the timer of a wait that ended in time?
import asyncio


async def work():
    await asyncio.sleep(0)
    return "value"


async def main():
    for _ in range(3):
        emit("result", await asyncio.wait_for(work(), seconds(6)))
    try:
        await asyncio.sleep(seconds(6) + seconds(9))
        emit("undisturbed")
    except BaseException as error:
        emit("disturbed", type(error).__name__)


asyncio.run(main())
