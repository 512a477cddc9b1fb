# survive.second-reader: A second task that reads a stream on which one waits is served in its turn or refused; the first gets its data. (What users need, though  …
# Expected: 'first' in ['second']
# Seen: diverges: 'first'
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
import asyncio, io
class Memory(io.IOBase):
    def __init__(self): self.chunks = list(())
    def ioctl(self, request, argument):
        if request == 3: return ((1 if self.chunks else 0) | 0) & argument | 0
        return -1
    def _next(self, size):
        if not self.chunks: return None
        chunk = self.chunks[0]
        if chunk == b'': return chunk
        if chunk is None or size < 0 or size >= len(chunk): return self.chunks.pop(0)
        self.chunks[0] = chunk[size:]
        return chunk[:size]
    def read(self, size=-1): return self._next(size)
async def turns(count):
    for _ in range(count): await asyncio.sleep(0)
async def read(memory): await asyncio.StreamReader(memory).read(4)
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
        tasks.append(asyncio.create_task(one(name, read(thing))))
        await turns(3)
    emit('before', list(ended))
    for _ in range(2):
        thing.chunks.append(b'data')
        await turns(6)
        await asyncio.sleep_ms(3)
    emit('ended', ended)
    for task in tasks: task.cancel()
asyncio.run(main())
# It printed there: before []
# ended ['second']
