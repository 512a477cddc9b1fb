# A drain that had sent a part is cut short, by its time or by an error: the next sends the rest.
async def main():
    for by in params["by"]:
        memory = Memory(room=0)
        stream = asyncio.StreamWriter(memory, {})
        stream.write(b"abcdef")
        task = asyncio.create_task(
            stream.drain() if by == "error" else asyncio.wait_for_ms(stream.drain(), 15)
        )
        await turns(4)
        memory.room = 3
        await turns(4)
        if by == "error":
            memory.error = OSError(5)
            memory.bits = 8  # POLLERR
        try:
            await task
            emit("told", by, "drained")
        except (asyncio.TimeoutError, OSError) as error:
            emit("told", by, type(error).__name__)
        memory.error, memory.bits, memory.room = None, 0, 100
        stream.write(b"gh")
        await stream.drain()
        emit("written", by, memory.written())


asyncio.run(main())
