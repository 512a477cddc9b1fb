# console.late-host-holds-nobody: While the host does not read and the console is full, a task that drains to it waits and the others run. (What users need, thoug …
# Expected: held < 0.15
# Seen: diverges: 0.283234
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
# The host took part, as host/test_console.py has it: it typed, or was the other end.
# It is the last of 3 scripts that were run.
def emit(*what): print(*what)
import asyncio, sys
from time import ticks_diff, ticks_us
async def tick():
    global longest
    last = ticks_us()
    while True:
        await asyncio.sleep_ms(5)
        now = ticks_us()
        longest = max(longest, ticks_diff(now, last))
        last = now
async def main():
    task = asyncio.create_task(tick())
    writer = asyncio.StreamWriter(getattr(sys.stdout, 'buffer', sys.stdout), {})
    await asyncio.sleep_ms(0)
    sys.stdout.write('\x05')
    start, lines = (ticks_us(), 0)
    while ticks_diff(ticks_us(), start) < 200 * 1000:
        writer.write(b'%05d' % lines + b'x' * 95)
        await writer.drain()
        lines += 1
    held = longest
    await asyncio.sleep_ms(12)
    task.cancel()
    sys.stdout.write('\x06')
    emit('lines', lines)
    emit('held', held)
    emit('took', ticks_diff(ticks_us(), start))
longest = 0
asyncio.run(main())
# It printed there: lines 1025
# held 283234
# took 313740
