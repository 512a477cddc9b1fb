"""A driver for the TH-10, a temperature sensor that is made up: its like is on many boards.

Write 0x01 and a conversion begins. 20 ms later three bytes are there to read: hundredths of a
degree, high byte first, and the complement of their exclusive or.
"""

import asyncio

START = b"\x01"
CONVERSION_MS = 20


class Thermo:
    def __init__(self, bus):
        self.bus = bus
        self.lock = asyncio.Lock()

    async def read(self):
        """Hundredths of a degree. Other tasks run while the sensor converts."""
        async with self.lock:
            self.bus.write(START)
            await asyncio.sleep_ms(CONVERSION_MS)
            high, low, check = self.bus.read(3)
        if high ^ low ^ 0xFF != check:
            raise ValueError("the checksum is wrong")
        return high << 8 | low
