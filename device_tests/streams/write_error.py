# The stream beneath fails: at once, and after it had taken some.
async def attempt(memory, stream):
    try:
        await stream.drain()
        emit("drained")
    except OSError as error:
        emit("raised", error.errno)


async def main():
    memory = Memory(room=0)
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b"abcdef")
    memory.room = 99
    memory.error = OSError(5)
    await attempt(memory, stream)

    memory = Memory(room=3)
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b"abcdef")
    task = asyncio.create_task(attempt(memory, stream))
    await turns(3)
    memory.error = OSError(5)
    memory.room = 99
    await turns(4)
    emit("done", task.done())

    memory = Memory()
    memory.error = OSError(5)
    stream = asyncio.StreamWriter(memory, {})
    try:
        stream.write(b"abc")
        await stream.drain()
        emit("drained")
    except OSError as error:
        emit("raised", error.errno)


asyncio.run(main())
