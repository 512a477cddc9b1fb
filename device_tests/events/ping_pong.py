# Two tasks hand the turn to each other through two events, many times over.
import asyncio


async def player(name, mine, other):
    for turn in range(params["turns"]):
        await mine.wait()
        mine.clear()
        order.append(name)
        other.set()


order = []


async def main():
    ping, pong = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(player("pong", pong, ping))
    ping.set()
    await player("ping", ping, pong)
    await task
    emit("order", order)


asyncio.run(main())
