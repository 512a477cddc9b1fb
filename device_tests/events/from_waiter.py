# A woken task sets another event, and waits again on the first, all before its next await.
import asyncio


async def first_waiter(first, second):
    for _ in range(3):
        await first.wait()
        first.clear()
        emit("first")
        second.set()


async def second_waiter(second):
    for _ in range(3):
        await second.wait()
        second.clear()
        emit("second")


async def main():
    first, second = asyncio.Event(), asyncio.Event()
    tasks = [
        asyncio.create_task(first_waiter(first, second)),
        asyncio.create_task(second_waiter(second)),
    ]
    for _ in range(3):
        first.set()
        for _ in range(5):
            await asyncio.sleep(0)
        emit("round")
    emit("done", [task.done() for task in tasks])


asyncio.run(main())
