# survive.timeout-meets-lock: A lock that is released as the time of its waiter runs out was acquired by that waiter, or is free. (MicroPython library reference:  …
# Expected: taken(board, 'lock') == []
# Seen: diverges: [(0, False, 'timeout', 'timeout')]
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
# It is the last of 3 scripts that were run.
def emit(*what): print(*what)
import asyncio, time
async def turns(count):
    for _ in range(count): await asyncio.sleep(0)
sleep_ms, wait_for_ms, block_ms = (asyncio.sleep_ms, asyncio.wait_for_ms, time.sleep_ms)
async def wait(what):
    try:
        await wait_for_ms(what, 20)
        return 'taken'
    except asyncio.TimeoutError: return 'timeout'
async def main():
    for late in (False, True):
        thing = asyncio.Lock()
        await thing.acquire()
        task = asyncio.create_task(wait(thing.acquire()))
        await turns(4)
        if late: block_ms(30)
        thing.release()
        await turns(2)
        if not late: block_ms(30)
        came = await task
        if came == 'taken': thing.release()
        again = await wait(thing.acquire())
        emit('met', late, came, again)
asyncio.run(main())
# It printed there: met False 'taken' 'taken'
# met True 'timeout' 'taken'
