# While a writer waits, the reader of the same stream is served again and again.
async def write(stream):
    stream.write(b"written")
    await stream.drain()
    emit("drained")


async def main():
    memory = Memory(room=0)
    stream = asyncio.StreamWriter(memory, {})
    writer = asyncio.create_task(write(stream))
    for number in range(3):
        await turns(2)
        reader = asyncio.create_task(stream.read(4))
        await turns(3)
        memory.chunks.append(b"%d" % number)
        await turns(4)
        emit("read", reader.done() and await reader)
        if number == 1:
            memory.room = 3
    memory.room = 10
    await turns(4)
    emit("done", writer.done(), memory.written())


asyncio.run(main())
