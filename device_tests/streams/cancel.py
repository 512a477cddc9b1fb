# A task that waits to read, or to write, is cancelled; the stream goes on being good.
async def work(stream, name):
    try:
        if name == "read":
            return await stream.read(4)
        stream.write(b"xyz")
        return await stream.drain()
    except asyncio.CancelledError:
        emit("cancelled", name)
        raise


async def main():
    memory = Memory(room=0)
    stream = asyncio.StreamWriter(memory, {})
    for _ in range(2):
        task = asyncio.create_task(work(stream, "read"))
        await turns(3)
        emit("cancel", task.cancel())
        await turns(3)
        memory.chunks.append(b"abcd")
        await turns(3)
        emit("kept", await stream.read(4))
    try:
        emit("early", await asyncio.wait_for(stream.read(4), seconds(3)))
    except asyncio.TimeoutError:
        emit("timeout")
    task = asyncio.create_task(stream.read(4))
    await turns(3)
    memory.chunks.append(b"efgh")
    emit("read", await task)

    task = asyncio.create_task(work(stream, "write"))
    await turns(3)
    emit("cancel", task.cancel())
    await turns(3)
    memory.room = 100
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b"again")
    await stream.drain()
    emit("written", memory.written())


asyncio.run(main())
