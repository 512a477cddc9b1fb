# A read of a stream fails, or comes to the end: what another task writes to it is unharmed.
async def read(stream):
    try:
        return await stream.read(4)
    except OSError as error:
        return type(error).__name__


class OneSided(Memory):
    # Its reads fail, its writes do not.
    def _next(self, size):
        if self.chunks and self.chunks[0] == b"fail":
            raise OSError(5)
        return Memory._next(self, size)


async def main():
    memory = OneSided(room=0)
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b"abc")
    writer = asyncio.create_task(stream.drain())
    reader = asyncio.create_task(read(stream))
    await turns(4)
    memory.chunks.append(b"fail" if params["how"] == "fails" else b"")
    emit("read", await reader)
    memory.room = 2
    await turns(4)
    memory.room = 100
    try:
        await asyncio.wait_for_ms(writer, 2000)
        emit("drained")
    except (OSError, asyncio.TimeoutError) as error:
        emit("failed", type(error).__name__)
    emit("written", memory.written())


asyncio.run(main())
