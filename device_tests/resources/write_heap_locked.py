# Writing bytes to a stream that takes them, or that takes nothing, with the heap locked.
import asyncio

import micropython


class Stream:
    def __init__(self, takes):
        self.takes = takes
        self.count = 0

    def write(self, data):
        self.count += 1
        return len(data) if self.takes else None


async def main():
    for takes in (True, False):
        stream = Stream(takes)
        writer = asyncio.StreamWriter(stream, {})
        micropython.heap_lock()
        try:
            writer.write(b"bytes")
            result = "written"
        except MemoryError:
            result = "memory-error"
        micropython.heap_unlock()
        emit(result, takes, stream.count)


asyncio.run(main())
