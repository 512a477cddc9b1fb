# survive.timeout-meets-data: Data that come as the time for a read runs out were read, or are there for the next read. (MicroPython library reference: asyncio, h …
# Expected: [case for case in came if case[2] != b'one\n'] == []
# Seen: diverges: first difference at [0]: ('exactly', False, b''), expected nothing (4 elements, expected 0); in full: [('exactly', False, b''), ('line', False,  …
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
import asyncio, io, time
class Memory(io.IOBase):
    def __init__(self): self.chunks = list(())
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
    def read(self, size=-1): return self._next(size)
    def readinto(self, buffer):
        data = self._next(len(buffer))
        if data is None: return None
        buffer[:len(data)] = data
        return len(data)
    def readline(self):
        chunk = self.chunks[0] if self.chunks else None
        return self._next(chunk.find(b'\n') + 1 or -1 if chunk else -1)
async def turns(count):
    for _ in range(count): await asyncio.sleep(0)
async def exactly(stream): return await stream.readexactly(4)
async def line(stream): return await stream.readline()
async def some(stream): return await stream.read(4)
async def into(stream):
    buffer = bytearray(4)
    count = await stream.readinto(buffer)
    return bytes(buffer[:count])
async def wait(what, got):
    try: got.append(await asyncio.wait_for_ms(what, 20))
    except asyncio.TimeoutError: got.append(b'')
async def main():
    for how in (exactly, line, some, into):
        for late in (False, True):
            memory, got = (Memory(), [])
            task = asyncio.create_task(wait(how(asyncio.StreamReader(memory)), got))
            await turns(4)
            if late: time.sleep_ms(30)
            memory.chunks.append(b'one\n')
            await turns(1)
            if not late: time.sleep_ms(30)
            await task
            emit('came', how.__name__, late, b''.join(got + memory.chunks))
asyncio.run(main())
# It printed there: came 'exactly' False "b''"
# …
