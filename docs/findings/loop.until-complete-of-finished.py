# loop.until-complete-of-finished: run_until_complete of a task that is over returns its value. (MicroPython library reference: asyncio, https://docs.micropython. …
# Expected: board.run('loop_object/until_finished').values('value') == ['value', 'value']
# Seen: diverges: [None, None]
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
import asyncio, gc
try: loop = asyncio.get_event_loop()
except RuntimeError:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
async def returns(): return 'value'
async def raises(): raise ValueError('mine')
async def turns():
    for _ in range(3): await asyncio.sleep(0)
async def until(task): await task
task = loop.create_task(returns())
loop.run_until_complete(until(task))
emit('value', loop.run_until_complete(task))
loop.create_task(turns())
emit('value', loop.run_until_complete(task))
try: emit('current', type(asyncio.current_task()).__name__)
except RuntimeError: emit('current', 'none')
handled = []
loop.set_exception_handler(lambda loop, context: handled.append(1))
task = loop.create_task(raises())
loop.run_until_complete(returns())
try: emit('failed', loop.run_until_complete(task))
except ValueError as error: emit('failed', 'ValueError ' + error.args[0])
task = None
gc.collect()
loop.run_until_complete(turns())
emit('handled', len(handled))
# It printed there: value None
# value None
# current 'none'
# failed None
# handled 0
