# Waiters are cancelled: one that waits, one that was woken but has not run yet.
import asyncio


async def wait(number, event):
    try:
        await event.wait()
        emit("woken", number)
    except asyncio.CancelledError:
        emit("cancelled", number)
        raise


async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(wait(number, event)) for number in range(5)]
    for _ in range(3):
        await asyncio.sleep(0)
    emit("cancel", tasks[0].cancel(), tasks[2].cancel())
    for _ in range(3):
        await asyncio.sleep(0)
    event.set()
    tasks[3].cancel()
    for _ in range(3):
        await asyncio.sleep(0)
    emit("done", [task.done() for task in tasks])
    event.clear()
    late = asyncio.create_task(wait("late", event))
    for _ in range(3):
        await asyncio.sleep(0)
    event.set()
    await late


asyncio.run(main())
