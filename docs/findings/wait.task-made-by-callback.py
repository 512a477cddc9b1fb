# wait.task-made-by-callback: A task that a callback makes in the midst of a long wait begins then, not when a timer is due. (What users need, though no page prom …
# Expected: late <= 0.003092662005452439
# Seen: diverges: 0.1507125
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
# It is the last of 3 scripts that were run.
def emit(*what): print(*what)
import asyncio, time, micropython
from time import ticks_diff, ticks_us
sleep_ms = asyncio.sleep_ms
ran = []
due = 0
def timer_of_the_board():
    try: from machine import Timer
    except ImportError: return None
    for number in (-1, 0):
        try: return Timer(number)
        except (TypeError, ValueError, OSError): pass
    return None
timer = timer_of_the_board()
try:
    import _thread
    source = 'thread'
except ImportError: source = 'none'
if timer: source = 'timer'
def after(callback):
    global due
    due = ticks_us() + 6 * 1000
    if timer: timer.init(mode=timer.ONE_SHOT, period=6, callback=callback)
    else:
        def wait():
            global due
            time.sleep_ms(6)
            due = ticks_us()
            micropython.schedule(callback, 0)
        _thread.start_new_thread(wait, ())
async def pace():
    while True: await sleep_ms(156)
async def job():
    ran.append(ticks_us())
    over.set()
def make(_): asyncio.create_task(job())
async def main():
    global over, flag
    took = []
    pacer = asyncio.create_task(pace())
    other = pacer
    for _ in range(4):
        over, flag = (asyncio.Event(), asyncio.ThreadSafeFlag())
        after(make)
        await over.wait()
        took.append(ticks_diff(ran.pop(), due))
    pacer.cancel()
    other.cancel()
    emit('late', took)
emit('source', source)
if source != 'none': asyncio.run(main())
# It printed there: source 'thread'
# late [150835, 151076, 147808, 150590]
