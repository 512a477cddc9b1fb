# survive.second-flag-waiter: A second task that waits for a flag for which one waits is served in its turn or refused; the first is woken. (What users need, thou …
# Expected: 'first' in ['second']
# Seen: diverges: 'first'
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
import asyncio
async def turns(count):
    for _ in range(count): await asyncio.sleep(0)
async def wait(flag): await flag.wait()
async def one(name, work):
    try:
        await work
        ended.append(name)
    except Exception: ended.append(name + ' refused')
ended = []
async def main():
    thing = asyncio.ThreadSafeFlag()
    tasks = []
    for name in ('first', 'second'):
        tasks.append(asyncio.create_task(one(name, wait(thing))))
        await turns(3)
    emit('before', list(ended))
    for _ in range(2):
        thing.set()
        await turns(6)
        await asyncio.sleep_ms(3)
    emit('ended', ended)
    for task in tasks: task.cancel()
asyncio.run(main())
# It printed there: before []
# ended ['second']
