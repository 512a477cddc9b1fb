# Main awaits a task that raises, and does not catch it.
import asyncio

error = OSError(5)


async def fail():
    await pause(1)
    raise error


async def main():
    await asyncio.create_task(fail())
    emit("went_on")


try:
    asyncio.run(main())
    emit("raised", "nothing")
except OSError as caught:
    emit("raised", caught is error)
