# interrupt.cleans-up: An interrupt out of the poll in which the loop waits lets main's finally block run before it leaves. (The event loop (a MicroPython board's …
# Expected: 'finally' in ['left']
# Seen: diverges: 'finally'
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
import asyncio, io
async def other():
    try: await asyncio.sleep(3)
    finally: log.append("other's finally")
async def main():
    asyncio.create_task(other())
    try:
        asyncio.create_task(asyncio.StreamReader(Interrupt()).read(1))
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
class Interrupt(io.IOBase):
    armed = True
    def ioctl(self, request, flags):
        if request == 3 and self.armed:
            self.armed = False
            raise KeyboardInterrupt
        return 0 if request == 3 else -1
try:
    asyncio.run(main())
    log.append('returned')
except KeyboardInterrupt: log.append('left')
emit('log', log)
emit('next', asyncio.run(next_one()))
# It printed there: log ['left']
# next 'next'
