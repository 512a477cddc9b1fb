# console.interrupt-cleans-up: Ctrl-C while the loop waits lets the finally blocks of main and of the other tasks run. (The event loop (a MicroPython board's asyn …
# Expected: {'finally', "other's finally"} <= {'left'}
# Seen: diverges: {'finally', "other's finally"}
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
# The host took part, as host/test_console.py has it: it typed, or was the other end.
def emit(*what): print(*what)
import asyncio, sys
async def other():
    try: await asyncio.sleep(3)
    finally: log.append("other's finally")
async def main():
    asyncio.create_task(other())
    try:
        await asyncio.sleep(0)
        sys.stdout.write('\x05')
        await asyncio.sleep(3)
        log.append('slept')
    except asyncio.CancelledError:
        log.append('main cancelled')
        raise
    finally: log.append('finally')
async def next_one():
    await asyncio.sleep(0)
    return 'next'
log = []
try:
    asyncio.run(main())
    log.append('returned')
except KeyboardInterrupt: log.append('left')
emit('log', log)
emit('next', asyncio.run(next_one()))
# It printed there: log ['left']
# next 'next'
