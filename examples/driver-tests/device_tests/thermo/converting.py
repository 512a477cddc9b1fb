# Readings, one after another, for as long as the window is: in them the board does nothing else.
import asyncio
import time

from th10 import PlayedBus
from thermo import Thermo


async def main():
    thermo = Thermo(PlayedBus(2150))
    begin()
    start = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), start) < params["window_ms"]:
        await thermo.read()
    done()


frame(lambda: asyncio.run(main()))
