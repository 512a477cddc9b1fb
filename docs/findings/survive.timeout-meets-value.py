# survive.timeout-meets-value: When a coroutine or task returns as the time of wait_for runs out, either its value comes out or it was cancelled. (MicroPython lib …
# Expected: lost(execution, 'ended') == []
# Seen: diverges: first difference at [0]: ('coroutine', False, 0, 'timeout', ['ended']), expected nothing (2 elements, expected 0); in full: [('coroutine', False …
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
import asyncio, time
async def turns(count):
    for _ in range(count): await asyncio.sleep(0)
sleep_ms, wait_for_ms, block_ms = (asyncio.sleep_ms, asyncio.wait_for_ms, time.sleep_ms)
async def job(event, told, after):
    try:
        await event.wait()
        await turns(after)
    except asyncio.CancelledError:
        told.append('cancelled')
        raise
    told.append('ended')
    return 'value'
def awaitable(kind, *args):
    if kind == 'task': return asyncio.create_task(job(*args))
    if kind == 'gather': return asyncio.gather(job(*args), job(*args))
    if kind == 'nested': return wait_for_ms(job(*args), 60000)
    return job(*args)
async def wait(what):
    try: return await wait_for_ms(what, 20)
    except asyncio.TimeoutError: return 'timeout'
    except ValueError: return 'failure'
async def main():
    loop = asyncio.get_event_loop()
    for kind in ('coroutine', 'task'):
        for late in (False, True):
            for after in (0, 1, 2):
                told, event = ([], asyncio.Event())
                loop.set_exception_handler(lambda loop, context: told.append('handler'))
                task = asyncio.create_task(wait(awaitable(kind, event, told, after)))
                await turns(4)
                if late: block_ms(30)
                event.set()
                if not late: block_ms(30)
                came = await task
                await turns(4)
                emit('met', kind, late, after, came, told)
asyncio.run(main())
# It printed there: met 'coroutine' False 0 'timeout' ['ended']
# …
