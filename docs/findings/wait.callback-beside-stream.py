# wait.callback-beside-stream: A scheduled callback that comes while the loop waits for a stream that carries nothing runs then. (The event loop (a MicroPython bo …
# Expected: late <= 0.0031017360013502185
# Seen: diverges: 0.0339975
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
# It is the last of 3 scripts that were run.
def emit(*what): print(*what)
import asyncio, select, time, micropython
from time import ticks_diff, ticks_us
sleep_ms = asyncio.sleep_ms
_poller = select.poll()
ran = []
due = 0
def note(_): ran.append(ticks_us())
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
def late(): return ticks_diff(ran.pop(), due) if ran else -1
def emit_late(took):
    emit('late', took)
    emit('zero', [zero(), zero(), zero(), zero()])
def zero():
    start = ticks_us()
    _poller.poll(0)
    return ticks_diff(ticks_us(), start)
async def quiet():
    import sys
    await asyncio.StreamReader(getattr(sys.stdin, 'buffer', sys.stdin)).read(1)
async def main():
    task = asyncio.create_task(quiet())
    took = []
    for _ in range(4):
        after(note)
        await sleep_ms(40)
        for _ in range(500):
            await sleep_ms(1)
            if ran: break
        took.append(late())
    task.cancel()
    emit_late(took)
emit('source', source)
if source != 'none': asyncio.run(main())
# It printed there: source 'thread'
# …
