# Many waits at once: odd ones end in time, even ones run out.
import asyncio


async def work(number, event):
    await event.wait()
    return number


async def wait(number, event):
    try:
        outcomes[number] = await asyncio.wait_for(
            work(number, event), 60 if number % 2 else seconds(4)
        )
    except asyncio.TimeoutError:
        outcomes[number] = "timeout"


outcomes = {}


async def main():
    go, never = asyncio.Event(), asyncio.Event()
    tasks = [
        asyncio.create_task(wait(number, go if number % 2 else never))
        for number in range(params["tasks"])
    ]
    await pause(2)
    go.set()
    for task in tasks:
        await task
    emit("outcomes", [outcomes[number] for number in range(params["tasks"])])


asyncio.run(main())
