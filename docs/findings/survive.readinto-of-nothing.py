# survive.readinto-of-nothing: A readinto of a stream that is ready and then has nothing waits, and returns a count. (MicroPython library reference: asyncio, http …
# Expected: over_memory(board, 'readinto_nothing').value('count') == (2, b'ab\x00\x00')
# Seen: diverges: (None, b'\x00\x00\x00\x00')
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
import asyncio, io
class Memory(io.IOBase):
    def __init__(self, *chunks): self.chunks = list(chunks)
    def ioctl(self, request, argument):
        if request == 3: return ((1 if self.chunks else 0) | 4) & argument | 0
        return -1
    def _next(self, size):
        if not self.chunks: return None
        chunk = self.chunks[0]
        if chunk == b'': return chunk
        if chunk is None or size < 0 or size >= len(chunk): return self.chunks.pop(0)
        self.chunks[0] = chunk[size:]
        return chunk[:size]
    def readinto(self, buffer):
        data = self._next(len(buffer))
        if data is None: return None
        buffer[:len(data)] = data
        return len(data)
async def main():
    memory = Memory(None, None, b'ab')
    buffer = bytearray(4)
    count = await asyncio.StreamReader(memory).readinto(buffer)
    emit('count', count, bytes(buffer))
asyncio.run(main())
# It printed there: count None "b'\\x00\\x00\\x00\\x00'"
