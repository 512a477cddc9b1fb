# What a board's `machine` has and the Unix port's lacks. The holder takes a killed
# interpreter for a board that lost its state, and boots it again.
from umachine import *


def reset():
    import uctypes

    uctypes.bytearray_at(0, 1)[0]


_ahead = [0]


class RTC:
    # A calendar that can be set, as boards have one; nothing else on the board goes by it.
    def datetime(self, to=None):
        import time

        if to is None:
            now = time.gmtime(time.time() + _ahead[0])
            return now[:3] + (now[6],) + now[3:6] + (0,)  # noqa: RUF005 (MicroPython)
        year, month, day, _, hour, minute, second, _ = to
        _ahead[0] = time.mktime((year, month, day, hour, minute, second, 0, 0)) - time.time()
        return None


import gc  # noqa: E402

gc.collect()
if gc.mem_free() > 128 << 10:  # the smallest boards need their heap for other things
    from _wired import PWM, UART, Pin
