# run.cancels-leftovers-when-main-raises: When main ends by an exception the tasks still running are cancelled too, each in whatever it waits for. (The event loop …
# Expected: sorted(run.value('log')) == [('event', 'cancelled'), ('event', 'clean'), ('gather', 'cancelled'), ('gather', 'clean'), ('lock', 'cancelled'), ('lock', …
# Seen: diverges: first difference at [0]: nothing, expected ('event', 'cancelled') (0 elements, expected 16); in full: []
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
def pause(ms): return asyncio.sleep(ms / 1000)
import asyncio
log = []
async def leave(name, wait):
    try:
        await wait()
        log.append((name, 'went on'))
    except asyncio.CancelledError:
        log.append((name, 'cancelled'))
        raise
    finally:
        if name == 'slow':
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        log.append((name, 'clean'))
async def ready():
    while True: await asyncio.sleep(0)
async def main():
    never, held = (asyncio.Event(), asyncio.Lock())
    await held.acquire()
    waits = {'sleep': lambda: pause(3000), 'event': never.wait, 'lock': held.acquire, 'gather': lambda: asyncio.gather(never.wait(), never.wait()), 'wait_for': lambda: asyncio.wait_for(never.wait(), 60), 'task': lambda: asyncio.create_task(never.wait()), 'ready': ready, 'slow': never.wait}
    for name in waits: tasks.append(asyncio.create_task(leave(name, wait_of(waits[name]))))
    for _ in range(3): await asyncio.sleep(0)
    raise ValueError('main')
def wait_of(make):
    async def wait(): await make()
    return wait
tasks = []
try: emit('main', asyncio.run(main()))
except ValueError as error: emit('main', error.args[0])
emit('log', log)
emit('done', [task.done() for task in tasks])
# It printed there: main 'main'
# …
