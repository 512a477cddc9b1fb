# loop.nesting-is-an-error: run_until_complete inside a running coroutine raises an error, and the program goes on. (The event loop (a MicroPython board's asyncio …
# Expected: run_until_complete inside a running coroutine raises an error, and the program goes on.
# Seen: crashed: the board rebooted: it printed its boot banner and a friendly prompt
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
import asyncio
async def inner():
    await asyncio.sleep(0)
    return 'inner'
async def stop(loop):
    await asyncio.sleep(0)
    loop.stop()
async def main():
    loop = asyncio.get_event_loop()
    nested = inner()
    try: emit('nested', 'returned', loop.run_until_complete(nested))
    except Exception as error:
        emit('nested', 'raised', type(error).__name__)
        nested.close()
    stopping = asyncio.create_task(stop(loop))
    try: emit('forever', 'returned', loop.run_forever())
    except Exception as error: emit('forever', 'raised', type(error).__name__)
    stopping.cancel()
    await asyncio.sleep(0)
    emit('main_goes_on')
    return 'main'
emit('ended', asyncio.run(main()))
# It printed there: nested 'returned' 'inner'
# and then: crashed: the board rebooted: it printed its boot banner and a friendly prompt
