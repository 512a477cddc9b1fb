# lock.remains-locked: A lock that is released while tasks wait for it says that it is locked. (MicroPython library reference: asyncio, https://docs.micropython.o …
# Expected: board.run('locks/handover').value('locked') is True
# Seen: diverges: False
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
import asyncio
async def wait(number, lock):
    await lock.acquire()
    emit('acquired', number)
    await asyncio.sleep(0)
    emit('releases', number)
    lock.release()
async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.create_task(wait(number, lock)) for number in range(2)]
    for _ in range(3): await asyncio.sleep(0)
    lock.release()
    emit('locked', lock.locked())
    await lock.acquire()
    emit('acquired', 'main')
    lock.release()
    for task in tasks: await task
    emit('after', lock.locked())
asyncio.run(main())
# It printed there: locked False
# acquired 0
# releases 0
# acquired 1
# releases 1
# acquired 'main'
# after False
