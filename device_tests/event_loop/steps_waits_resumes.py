# Ready tasks, then nobody ready, then a sleeper, an event's waiter and a task's waiter resume.
import asyncio

log = []
event = asyncio.Event()


async def ready(name):
    log.append(name)


async def sleeper():
    await pause(5)
    log.append("slept")
    event.set()


async def listener():
    await event.wait()
    log.append("event")


async def main():
    tasks = [asyncio.create_task(c) for c in (ready("a"), sleeper(), listener(), ready("b"))]
    for task in tasks:
        await task
    log.append("main")


asyncio.run(main())
emit("log", log)
