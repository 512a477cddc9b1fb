# A part came, then the read was cancelled or timed out: whatever became of that part, what comes
# later is whole.
async def read(stream, size):
    if params["how"] == "line":
        return await stream.readline()
    if params["how"] == "exactly":
        return await stream.readexactly(size)
    return await stream.read(-1)


async def main():
    for by in ("cancel", "timeout"):
        memory = Memory(b"one ")
        stream = asyncio.StreamReader(memory)
        work = read(stream, 9)
        task = asyncio.create_task(asyncio.wait_for_ms(work, 5) if by == "timeout" else work)
        await turns(3)
        if by == "cancel":
            task.cancel()
        try:
            await task
        except (asyncio.CancelledError, asyncio.TimeoutError):
            pass
        memory.chunks += [b"two\n", b"three\n", b""]
        emit("came", by, await stream.read(-1))


asyncio.run(main())
