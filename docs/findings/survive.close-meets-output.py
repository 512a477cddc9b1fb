# survive.close-meets-output: What was written to a stream that had no room is sent before the stream is closed. (MicroPython library reference: asyncio, https:// …
# Expected: over_memory(board, 'last_words').value('written') == (b'last words', 1)
# Seen: diverges: (b'', 1)
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
import asyncio, io
class Memory(io.IOBase):
    def __init__(self):
        self.room = 0
        self.pieces = []
        self.closed = 0
    def ioctl(self, request, argument):
        if request == 3: return (4 if self.room else 0) & argument | 0
        if request == 4: return 0
        return -1
    def write(self, data):
        size = min(len(data), self.room, 1048576)
        if not size: return None
        self.room -= size
        self.pieces.append(bytes(data[:size]))
        return size
    def written(self): return b''.join(self.pieces)
    def close(self): self.closed += 1
async def main():
    memory = Memory()
    writer = asyncio.StreamWriter(memory, {})
    writer.write(b'last words')
    writer.close()
    task = asyncio.create_task(writer.wait_closed())
    await asyncio.sleep_ms(3)
    memory.room = 100
    for _ in range(200):
        if memory.closed: break
        await asyncio.sleep_ms(2)
    emit('written', memory.written(), memory.closed)
    task.cancel()
asyncio.run(main())
# It printed there: written "b''" 1
