# survive.close-meets-output: What was written to a stream that had no room is sent before the stream is closed. (MicroPython library reference: asyncio, https:// …
# Expected: over_memory(board, 'last_words').value('written') == (b'last words', 1)
# Seen: diverges: (b'', 1)
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
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
async def main():
    memory = Memory(room=0)
    writer = asyncio.StreamWriter(memory, {})
    writer.write(b"last words")
    writer.close()
    task = asyncio.create_task(writer.wait_closed())
    await asyncio.sleep_ms(3)
    memory.room = 100
    for _ in range(200):
        if memory.closed:
            break
        await asyncio.sleep_ms(2)
    emit("written", memory.written(), memory.closed)
    task.cancel()
asyncio.run(main())
# It printed there:
# written "b''" 1
