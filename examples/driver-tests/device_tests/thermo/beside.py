# Another task takes a turn every millisecond while the sensor is read: how long did it wait?
import asyncio
import time

from th10 import PlayedBus
from thermo import Thermo


async def beside(turns):
    while True:
        turns.append(time.ticks_us())
        await asyncio.sleep_ms(1)


async def main():
    thermo = Thermo(PlayedBus(2150))
    for _ in range(params["readings"]):
        turns = []
        task = asyncio.create_task(beside(turns))
        await asyncio.sleep_ms(0)
        await thermo.read()
        turns.append(time.ticks_us())
        task.cancel()
        emit("longest", max(time.ticks_diff(b, a) for a, b in zip(turns, turns[1:])))


asyncio.run(main())
