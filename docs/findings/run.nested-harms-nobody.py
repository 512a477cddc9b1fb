# run.nested-harms-nobody: asyncio.run from deep within a task is refused, runs nothing, and costs no other task its wait. (The event loop (a MicroPython board's  …
# Expected: sorted(run.value('log')) == ['event', 'refused', 'slept', 'turns']
# Seen: diverges: first difference at [1]: 'inner ran', expected 'refused' (5 elements, expected 4); in full: ['event', 'inner ran', 'not refused', 'slept', 'turn …
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
def pause(ms): return asyncio.sleep(ms / 1000)
import asyncio
log = []
async def inner(): log.append('inner ran')
async def deep(levels):
    if levels: return await deep(levels - 1)
    nested = inner()
    try:
        asyncio.run(nested)
        log.append('not refused')
    except Exception:
        log.append('refused')
        nested.close()
async def sleeper():
    await pause(5)
    log.append('slept')
async def waiter():
    await event.wait()
    log.append('event')
async def ready():
    for _ in range(3): await asyncio.sleep(0)
    log.append('turns')
async def main():
    global event
    event = asyncio.Event()
    me = asyncio.current_task()
    tasks = [asyncio.create_task(each) for each in (sleeper(), waiter(), ready())]
    await asyncio.sleep(0)
    await asyncio.create_task(deep(3))
    emit('still_current', asyncio.current_task() is me)
    event.set()
    for task in tasks: await task
    return 'main'
emit('ended', asyncio.run(main()))
emit('log', log)
# It printed there: still_current True
# …
