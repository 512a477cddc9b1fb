# Put in front of scripts that have a neighbour: a callback of the firmware that comes again and
# again beside the loop, from the board's own timer or, where it has none, from a thread; it does
# what `params["does"]` says.
import asyncio
import gc
import time
from time import ticks_add, ticks_diff, ticks_us

import micropython

sleep_ms, wait_for_ms = asyncio.sleep_ms, asyncio.wait_for_ms
calls = scheduled = full = 0
going = True
litter, flag_of_its_own = None, asyncio.ThreadSafeFlag()
free_at = ticks_us()  # from when on a collection leaves the loop some time


def collects():
    # Twice as long as a collection takes there is none: on a slow board with a full heap there
    # would be nothing but collections.
    global free_at
    start = ticks_us()
    if ticks_diff(start, free_at) >= 0:
        gc.collect()
        end = ticks_us()
        free_at = ticks_add(end, 2 * ticks_diff(end, start))


def callback(_):
    global calls, litter
    calls += 1
    if params["does"] == "collects":
        collects()
    elif params["does"] == "sets":
        flag_of_its_own.set()
    elif params["does"] == "allocates":
        litter = [bytes(40) for _ in range(4)]
    elif params["does"] == "holds":
        start = ticks_us()
        while ticks_diff(ticks_us(), start) < 700:
            pass
    elif params["does"] == "fails" and not calls & 3:
        raise ValueError("a callback's own, which is told and harms nobody")
    elif params["does"] == "goes on" and going:
        micropython.schedule(callback, 0)


def by_thread(ms):
    import _thread

    def tick():
        global full, scheduled
        while going:
            time.sleep_ms(ms)
            try:
                micropython.schedule(callback, 0)
                scheduled += 1
            except RuntimeError:
                full += 1  # the queue is full: the last ones have not run yet

    _thread.start_new_thread(tick, ())


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


def start_source():
    # Once every global name is there: a port without a lock over its interpreter, as unix is, may
    # move them under a thread that looks one up. Returns what it is.
    if params["does"] == "goes on":
        micropython.schedule(callback, 0)
        return "itself"
    if timer:
        timer.init(mode=timer.PERIODIC, period=params["period_ms"], callback=callback)
        return "timer"
    try:
        by_thread(params["period_ms"])
        return "thread"
    except ImportError:
        return "none"


def stop_source():
    global going
    going = False
    if timer:
        timer.deinit()
    time.sleep_ms(5)
