# stream.write-only-buffers: What is written reaches the stream when it is drained, not before. (MicroPython library reference: asyncio, https://docs.micropython. …
# Expected: execution.value('before-drain') == b''
# Seen: diverges: b'abcdef'
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
import asyncio, io
class Memory(io.IOBase):
    def __init__(self):
        self.room = 1048576
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
async def main():
    memory = Memory()
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b'abc')
    stream.write(b'def')
    emit('before-drain', memory.written())
    await stream.drain()
    emit('after-drain', memory.written())
asyncio.run(main())
# It printed there: before-drain "b'abcdef'"
# after-drain "b'abcdef'"
