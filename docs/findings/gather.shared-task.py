# gather.shared-task: `gather` takes a task that somebody else awaits already, and one that it is given twice. (MicroPython library reference: asyncio, https://do …
# Expected: assert run.value("shared") == ["shared", "own"]
# Seen: diverges: expected one 'shared' event, the board emitted 0
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
import asyncio
def plain(value):
    if isinstance(value, list): return [plain(item) for item in value]
    return value if value is None or isinstance(value, (int, str, tuple)) else type(value).__name__
async def work(value, turns=3):
    for _ in range(turns): await asyncio.sleep(0)
    return value
async def wait(task): emit('other-waiter', await task)
async def main():
    task = asyncio.create_task(work('shared', 9))
    other = asyncio.create_task(wait(task))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    try: emit('shared', plain(await asyncio.gather(task, work('own'))))
    except RuntimeError as error: emit('refused', str(error))
    await other
    task = asyncio.create_task(work('twice'))
    try: emit('twice', plain(await asyncio.gather(task, task)))
    except RuntimeError as error: emit('refused', str(error))
asyncio.run(main())
# It printed there: refused "can't gather"
# other-waiter 'shared'
# refused "can't gather"
