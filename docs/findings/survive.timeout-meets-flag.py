# survive.timeout-meets-flag: A flag that is set as the time of its waiter runs out ended that wait, or is set for the next. (MicroPython library reference: async …
# Expected: taken(board, 'flag') == []
# Seen: diverges: [(1, False, 'timeout', 'timeout')]
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
        thing = asyncio.ThreadSafeFlag()
        task = asyncio.create_task(wait(thing.wait()))
        await turns(4)
        if late: block_ms(30)
        thing.set()
        await turns(2)
        if not late: block_ms(30)
        came = await task
        again = await wait(thing.wait())
        emit('met', late, came, again)
asyncio.run(main())
# It printed there: met False 'taken' 'timeout'
# met True 'timeout' 'taken'
