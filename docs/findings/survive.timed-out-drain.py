# survive.timed-out-drain: After a drain that timed out when a part was sent the next one sends the rest, and nothing twice. (What users need, though no page prom …
# Expected: execution.values('written') == [('timeout', b'abcdefgh')]
# Seen: diverges: [('timeout', b'abcabcdefgh')]
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
import asyncio, io
class Memory(io.IOBase):
    def __init__(self):
        self.room = 0
        self.pieces = []
        self.bits = 0
        self.error = None
    def ioctl(self, request, argument):
        if request == 3: return (4 if self.room else 0) & argument | self.bits
        return -1
    def write(self, data):
        if self.error: raise self.error
        size = min(len(data), self.room, 1048576)
        if not size: return None
        self.room -= size
        self.pieces.append(bytes(data[:size]))
        return size
    def written(self): return b''.join(self.pieces)
async def turns():
    for _ in range(4): await asyncio.sleep(0)
async def main():
    memory = Memory()
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b'abcdef')
    task = asyncio.create_task(asyncio.wait_for_ms(stream.drain(), 15))
    await turns()
    memory.room = 3
    await turns()
    try:
        await task
        emit('told', 'timeout', 'drained')
    except (asyncio.TimeoutError, OSError) as error: emit('told', 'timeout', type(error).__name__)
    memory.error = None
    memory.bits = 0
    memory.room = 100
    stream.write(b'gh')
    await stream.drain()
    emit('written', 'timeout', memory.written())
asyncio.run(main())
# It printed there: told 'timeout' 'TimeoutError'
# written 'timeout' "b'abcabcdefgh'"
