# wait.callback-beside-stream: A scheduled callback that comes while the loop waits for a stream that carries nothing runs then. (The event loop (a MicroPython bo …
# Expected: late <= 0.0030910640014335513
# Seen: diverges: 0.0343885
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
# It is the last of 3 scripts that were run.
def emit(*what): print(*what)
from time import ticks_us as _us
params = {'wait': 'loop', 'beside': 'stream', 'ms': 6, 'wait_ms': 40, 'times': 4}
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
MS, WAIT = params["ms"], params["wait_ms"]
PATIENCE = 500
def emit_late(took):
    emit("late", took)
    emit("zero", [zero(), zero(), zero(), zero()])
def zero():
    start = ticks_us()
    _poller.poll(0)
    return ticks_diff(ticks_us(), start)
def own(wait):
    took = []
    for _ in range(params["times"]):
        after(MS, note)
        wait(WAIT)
        for _ in range(PATIENCE):  # the thread itself may be late
            wait(1)
            if ran:
                break
        took.append(late())
    emit_late(took)
async def quiet(what):
    if what == "stream":
        import sys
        await asyncio.StreamReader(getattr(sys.stdin, "buffer", sys.stdin)).read(1)
    elif what == "flag":
        await asyncio.ThreadSafeFlag().wait()
    elif what == "event":
        await asyncio.Event().wait()
async def main():
    task = asyncio.create_task(quiet(params["beside"]))
    took = []
    for _ in range(params["times"]):
        after(MS, note)
        await sleep_ms(WAIT)
        for _ in range(PATIENCE):
            await sleep_ms(1)
            if ran:
                break
        took.append(late())
    task.cancel()
    emit_late(took)
emit("source", source)
if source == "none":
    pass
elif params["wait"] == "loop":
    asyncio.run(main())
else:
    own({"poll": _poller.poll, "sleep_ms": time.sleep_ms}[params["wait"]])
# It printed there:
# source 'thread'
# …
