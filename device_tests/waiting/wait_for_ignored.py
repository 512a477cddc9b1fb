# The awaitable ignores the cancellation that the timeout sends.
import asyncio


async def work():
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        emit("ignored")
    await pause(3)
    emit("went-on")
    return "value"


async def main():
    try:
        emit("returned", await asyncio.wait_for(work(), seconds(4)))
    except asyncio.TimeoutError:
        emit("timeout")
    await pause(3)
    emit("end-of-main")


asyncio.run(main())
