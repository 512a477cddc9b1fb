# stream.cancel-one-side: Of a reader and a writer that wait on one stream, cancelling one leaves the other waiting, and it goes on when the stream is ready. (Mic …
# Expected: done == [('read', [True]), ('write', [True])]
# Seen: diverges: first difference at [0]: ('read', [False]), expected ('read', [True]); in full: [('read', [False]), ('write', [False])]
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
import asyncio, io
class Memory(io.IOBase):
    def __init__(self):
        self.chunks = list(())
        self.room = 0
        self.pieces = []
    def ioctl(self, request, argument):
        if request == 3: return ((1 if self.chunks else 0) | (4 if self.room else 0)) & argument | 0
        return -1
    def _next(self, size):
        if not self.chunks: return None
        chunk = self.chunks[0]
        if chunk == b'': return chunk
        if chunk is None or size < 0 or size >= len(chunk): return self.chunks.pop(0)
        self.chunks[0] = chunk[size:]
        return chunk[:size]
    def read(self, size=-1): return self._next(size)
    def write(self, data):
        size = min(len(data), self.room, 1048576)
        if not size: return None
        self.room -= size
        self.pieces.append(bytes(data[:size]))
        return size
async def turns(count):
    for _ in range(count): await asyncio.sleep(0)
async def main():
    for cancelled in ('read', 'write'):
        memory = Memory()
        stream = asyncio.StreamWriter(memory, {})
        async def write():
            stream.write(b'xyz')
            await stream.drain()
        tasks = {'read': asyncio.create_task(stream.read(4)), 'write': asyncio.create_task(write())}
        await turns(4)
        tasks[cancelled].cancel()
        await turns(4)
        memory.chunks.append(b'data')
        memory.room = 100
        await turns(6)
        del tasks[cancelled]
        emit('other-done', cancelled, [task.done() for task in tasks.values()])
        for task in tasks.values(): task.cancel()
        await turns(4)
asyncio.run(main())
# It printed there: other-done 'read' [False]
# other-done 'write' [False]
