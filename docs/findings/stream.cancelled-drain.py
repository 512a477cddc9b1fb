# stream.cancelled-drain: After the cancellation of a drain that had sent a part the next one sends the rest, and nothing twice. (MicroPython library reference: a …
# Expected: execution.value('written') == b'abcdefgh'
# Seen: diverges: b'abcabcdefgh'
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
async def main():
    memory = Memory()
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b'abcdefgh')
    task = asyncio.create_task(stream.drain())
    await turns(2)
    memory.room = 3
    await turns(3)
    emit('before', memory.written(), task.done())
    task.cancel()
    await turns(2)
    memory.room = 99
    await stream.drain()
    emit('written', memory.written())
asyncio.run(main())
# It printed there: before "b'abc'" False
# written "b'abcabcdefgh'"
