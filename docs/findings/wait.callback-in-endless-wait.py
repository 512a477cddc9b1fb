# wait.callback-in-endless-wait: A scheduled callback that comes while the loop waits for the console alone, with no timer to end that, runs then. (The event loop …
# Expected: late <= 0.0031011075004935265
# Seen: diverges: 0.07981
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
# The host took part, as host/test_waits.py has it: it typed, or was the other end.
# It is the last of 3 scripts that were run.
def emit(*what): print(*what)
import asyncio, time, micropython, sys
from time import ticks_diff, ticks_us
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
async def main():
    reader = asyncio.StreamReader(getattr(sys.stdin, 'buffer', sys.stdin))
    took = []
    for _ in range(3):
        after(note)
        sys.stdout.write('\x05')
        await reader.read(1)
        for _ in range(500):
            if ran: break
            time.sleep_ms(1)
        took.append(late())
    emit('late', took)
emit('source', source)
if source != 'none': asyncio.run(main())
# It printed there: source 'thread'
# late [85805, 74340, 79810]
