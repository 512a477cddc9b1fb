# run.cancels-leftovers: Tasks still running when main ends are cancelled, and their finally blocks run. (The event loop (a MicroPython board's asyncio tutorial,  …
# Expected: sorted(run.value('at_the_end')) == [('event', 'cancelled'), ('event', 'finally'), ('ready', 'cancelled'), ('ready', 'finally'), ('sleep', 'cancelled') …
# Seen: diverges: first difference at [0]: nothing, expected ('event', 'cancelled') (0 elements, expected 6); in full: []
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
def pause(ms): return asyncio.sleep(ms / 1000)
import asyncio
log = []
async def leave(name, wait):
    try:
        while True:
            await wait()
            if ended and (name, 'went on') not in log: log.append((name, 'went on'))
    except asyncio.CancelledError:
        log.append((name, 'cancelled'))
        raise
    finally: log.append((name, 'finally'))
async def main():
    event = asyncio.Event()
    asyncio.create_task(leave('event', event.wait))
    asyncio.create_task(leave('ready', lambda: asyncio.sleep(0)))
    asyncio.create_task(leave('sleep', lambda: pause(2)))
    for _ in range(3): await asyncio.sleep(0)
    return 'main'
async def second():
    await pause(5)
    return 'second'
ended = False
emit('main', asyncio.run(main()))
ended = True
emit('at_the_end', list(log))
emit('second', asyncio.run(second()))
emit('after_a_second_run', list(log))
# It printed there: main 'main'
# at_the_end []
# second 'second'
# after_a_second_run [['ready', 'went on'], ['sleep', 'went on']]
