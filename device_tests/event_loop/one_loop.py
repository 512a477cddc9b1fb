# The loop, asked for before, inside and between two programs.
import asyncio

loops = [asyncio.get_event_loop()]


async def inside():
    loops.append(asyncio.get_event_loop())


async def main():
    loops.append(asyncio.get_event_loop())
    await asyncio.create_task(inside())


asyncio.run(main())
loops.append(asyncio.get_event_loop())
asyncio.run(main())
loops.append(asyncio.get_event_loop())
emit("same", [loop is loops[0] for loop in loops])
