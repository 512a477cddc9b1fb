# A part came, then the read was cancelled or timed out: the next one begins with that part.
async def read(stream):
    if params["how"] == "line":
        return await stream.readline()
    if params["how"] == "exactly":
        return await stream.readexactly(8)
    return await stream.read(-1)


async def main():
    for by in ("cancel", "timeout"):
        memory = Memory(b"one ")
        stream = asyncio.StreamReader(memory)
        work = read(stream)
        if by == "timeout":
            work = asyncio.wait_for_ms(work, 5)
        task = asyncio.create_task(work)
        await turns(3)
        if by == "cancel":
            task.cancel()
        try:
            await task
        except (asyncio.CancelledError, asyncio.TimeoutError) as error:
            emit("ended", by, type(error).__name__)
        memory.chunks += [b"two\n", b""]
        emit("came", by, await read(stream))


asyncio.run(main())
