# Put in front of scripts that need something from outside of the loop: the board's clock, and a
# callback of the firmware some milliseconds from now, from the board's own timer or, where it has
# none, from a thread. `due` is when it should have run, `ran` when it did.
import asyncio
import select
import time
from time import ticks_diff, ticks_us

import micropython

sleep_ms = asyncio.sleep_ms
_poller = select.poll()
ran = []
due = 0


def note(_):
    ran.append(ticks_us())


def timer_of_the_board():
    # Most ports number a virtual timer -1, others have only those of the hardware.
    try:
        from machine import Timer
    except ImportError:
        return None
    for number in (-1, 0):
        try:
            return Timer(number)
        except (TypeError, ValueError, OSError):
            pass
    return None


timer = timer_of_the_board()
try:
    import _thread

    source = "thread"
except ImportError:
    source = "none"
if timer:
    source = "timer"


def after(ms, callback):
    # Call `callback` from outside of whatever runs by then.
    global due
    due = ticks_us() + ms * 1000
    if timer:
        timer.init(mode=timer.ONE_SHOT, period=ms, callback=callback)
    else:

        def wait():
            global due
            time.sleep_ms(ms)
            due = ticks_us()  # what the thread was late is not the wait's fault
            micropython.schedule(callback, 0)

        _thread.start_new_thread(wait, ())


def late():
    return ticks_diff(ran.pop(), due) if ran else -1


async def pace(ms):
    # A timer that is always pending and always too late to be of use.
    while True:
        await sleep_ms(ms)
