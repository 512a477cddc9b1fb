# A ring of tasks that pass a token on by events, many times round.
import asyncio

log = bytearray(params["tasks"])


async def member(number):
    for _ in range(params["rounds"]):
        await events[number].wait()
        events[number].clear()
        log[number] += 1
        events[(number + 1) % len(events)].set()


async def main():
    global events
    events = [asyncio.Event() for _ in range(params["tasks"])]
    tasks = [asyncio.create_task(member(number)) for number in range(params["tasks"])]
    events[0].set()
    for task in tasks:
        await task


asyncio.run(main())
emit("passed", list(log))
