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
