# survive.second-flag-waiter: A second task that waits for a flag for which one waits is served in its turn or refused; the first is woken. (What users need, thou …
# Expected: 'first' in ['second']
# Seen: diverges: 'first'
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
params = {'what': 'flag'}
import asyncio
import io
class Memory(io.IOBase):
    def __init__(self, *chunks, room=1 << 20, limit=1 << 20):
        self.chunks = list(chunks)  # a read sees at most one; None: nothing after all; b"": EOF
        self.room = room  # bytes that can be written until there is room again
        self.limit = limit  # bytes that one write takes at most
        self.pieces = []  # what each write took
        self.polls = []  # what was asked for, each change of it once
        self.bits = 0  # error and hang-up are told unasked
        self.error = None  # what read and write raise
        self.refused = 0  # writes for which there was no room
        self.closed = 0
    def ioctl(self, request, argument):
        if request == 3:  # MP_STREAM_POLL
            asked = argument & 5
            if self.polls[-1:] != [asked]:
                self.polls.append(asked)
            ready = (1 if self.chunks else 0) | (4 if self.room else 0)
            return ready & argument | self.bits
        if request == 4:  # MP_STREAM_CLOSE
            return 0
        return -1
    def _next(self, size):
        if self.error:
            raise self.error
        if not self.chunks:
            return None
        chunk = self.chunks[0]
        if chunk == b"":  # the end stays the end
            return chunk
        if chunk is None or size < 0 or size >= len(chunk):
            return self.chunks.pop(0)
        self.chunks[0] = chunk[size:]
        return chunk[:size]
    def read(self, size=-1):
        return self._next(size)
    def readinto(self, buffer):
        data = self._next(len(buffer))
        if data is None:
            return None
        buffer[: len(data)] = data
        return len(data)
    def readline(self):
        chunk = self.chunks[0] if self.chunks else None
        return self._next(chunk.find(b"\n") + 1 or -1 if chunk else -1)
    def write(self, data):
        if self.error:
            raise self.error
        size = min(len(data), self.room, self.limit)
        if not size:
            self.refused += 1
            return None
        self.room -= size
        self.pieces.append(bytes(data[:size]))
        return size
    def written(self):
        return b"".join(self.pieces)
    def close(self):
        self.closed += 1
async def turns(count):
    for _ in range(count):
        await asyncio.sleep(0)
async def read(memory):
    await asyncio.StreamReader(memory).read(4)
async def write(memory):
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b"data")
    await stream.drain()
async def wait(flag):
    await flag.wait()
async def one(name, work):
    try:
        await work
        ended.append(name)
    except Exception:
        ended.append(name + " refused")
ended = []
async def main():
    what = params["what"]
    thing = Memory(room=0) if what != "flag" else asyncio.ThreadSafeFlag()
    work = {"reader": read, "writer": write, "flag": wait}[what]
    tasks = []
    for name in ("first", "second"):
        tasks.append(asyncio.create_task(one(name, work(thing))))
        await turns(3)
    emit("before", list(ended))
    for _ in range(2):
        if what == "flag":
            thing.set()
        elif what == "reader":
            thing.chunks.append(b"data")
        else:
            thing.room = 4
        await turns(6)
        await asyncio.sleep_ms(3)
    emit("ended", ended)
    if what == "writer":
        emit("written", thing.written())
    for task in tasks:
        task.cancel()
asyncio.run(main())
# It printed there:
# before []
# ended ['second']
