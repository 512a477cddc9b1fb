async def main():
    memory = Memory()
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b"abc")
    await stream.drain()
    emit("at-once", memory.written())
    stream.write(bytearray(b"def"))
    stream.write(b"")
    stream.write(b"gh")
    await stream.drain()
    emit("more", memory.written())
    count = len(memory.pieces)
    await stream.drain()
    await stream.drain()
    emit("drained-again", len(memory.pieces) - count)

    # Three bytes a time.
    memory = Memory(limit=3)
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b"0123456789")
    stream.write(b"ABCDE")
    await stream.drain()
    emit("partly", memory.written())
    stream.write(b"xyz--")
    await stream.drain()
    emit("partly", memory.written())

    # No room: the drain waits, and others run.
    memory = Memory(room=0)
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b"abc")
    stream.write(b"defgh")
    task = asyncio.create_task(stream.drain())
    await turns(3)
    emit("waits", not task.done(), memory.written())
    memory.room = 5
    await turns(6)
    emit("waits", not task.done(), memory.written())
    memory.room = 50
    await task
    emit("room", memory.written())
    await stream.drain()
    emit("room", memory.written())


asyncio.run(main())
