# stream.write-while-draining: What one task writes while another one drains the stream is not lost, and every drain ends. (MicroPython library reference: asyncio …
# Expected: written == [(False, b'first.second.', []), (True, b'first.second.', [])]
# Seen: diverges: first difference at [0]: (False, b'first.', []), expected (False, b'first.second.', []); in full: [(False, b'first.', []), (True, b'first.second …
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
async def turns():
    for _ in range(3): await asyncio.sleep(0)
async def first(stream):
    stream.write(b'first.')
    await stream.drain()
async def main():
    for drains in (False, True):
        memory = Memory()
        stream = asyncio.StreamWriter(memory, {})
        async def second():
            stream.write(b'second.')
            if drains: await stream.drain()
        tasks = [asyncio.create_task(first(stream))]
        await turns()
        tasks.append(asyncio.create_task(second()))
        await turns()
        for _ in range(20):
            memory.room = 2
            await turns()
        problems = []
        for task in tasks:
            if not task.done():
                problems.append('waits')
                task.cancel()
                continue
            try: await task
            except Exception as error: problems.append(type(error).__name__)
        memory.room = 100
        if not problems: await stream.drain()
        emit('written', drains, memory.written(), problems)
asyncio.run(main())
# It printed there: written False "b'first.'" []
# written True "b'first.second.'" ['waits']
