# While the sensor converts the driver blocks: no other task runs, and the board spins.
# caught by: thermo.lets-others-run, thermo.sleeps
# damages: thermo
import time


class Thermo(Thermo):
    async def read(self):
        self.bus.write(START)
        start = time.ticks_ms()
        while time.ticks_diff(time.ticks_ms(), start) < CONVERSION_MS:
            pass
        high, low, check = self.bus.read(3)
        if high ^ low ^ 0xFF != check:
            raise ValueError("the checksum is wrong")
        return high << 8 | low
