"""A TH-10 that is played on the board itself: what a bus would say if there were one."""

import time


class PlayedBus:
    def __init__(self, hundredths, damaged=False):
        self.reply = bytes((hundredths >> 8, hundredths & 0xFF))
        self.check = self.reply[0] ^ self.reply[1] ^ (0x00 if damaged else 0xFF)
        self.begun = None

    def write(self, data):
        if data == b"\x01":
            self.begun = time.ticks_ms()

    def read(self, count):
        if self.begun is None or time.ticks_diff(time.ticks_ms(), self.begun) < 20:
            raise OSError("no conversion is ready")
        self.begun = None
        return self.reply + bytes((self.check,))
