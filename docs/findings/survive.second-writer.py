# survive.second-writer: A second task that waits for room in a stream for which one waits is served in its turn or refused; the first's data are sent. (What user …
# Expected: 'first' in ['second']
# Seen: diverges: 'first'
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
import asyncio, io
class Memory(io.IOBase):
    def __init__(self):
        self.room = 0
        self.pieces = []
    def ioctl(self, request, argument):
        if request == 3: return (4 if self.room else 0) & argument | 0
        return -1
    def write(self, data):
        size = min(len(data), self.room, 1048576)
        if not size: return None
        self.room -= size
        self.pieces.append(bytes(data[:size]))
        return size
    def written(self): return b''.join(self.pieces)
async def turns(count):
    for _ in range(count): await asyncio.sleep(0)
async def write(memory):
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b'data')
    await stream.drain()
async def one(name, work):
    try:
        await work
        ended.append(name)
    except Exception: ended.append(name + ' refused')
ended = []
async def main():
    thing = Memory()
    tasks = []
    for name in ('first', 'second'):
        tasks.append(asyncio.create_task(one(name, write(thing))))
        await turns(3)
    emit('before', list(ended))
    for _ in range(2):
        thing.room = 4
        await turns(6)
        await asyncio.sleep_ms(3)
    emit('ended', ended)
    emit('written', thing.written())
    for task in tasks: task.cancel()
asyncio.run(main())
# It printed there: before []
# …
