# The stream raises; the task gets it, and both can go on.
async def main():
    memory = Memory(b"abc", room=0)
    stream = asyncio.StreamWriter(memory, {})
    memory.error = OSError(5)
    for read in (
        lambda: stream.read(2),
        lambda: stream.read(),
        lambda: stream.readexactly(2),
        lambda: stream.readinto(bytearray(2)),
    ):
        try:
            emit("read", await read())
        except OSError as error:
            emit("raised", error.errno)
    memory.error = None
    emit("read", await stream.read(9))


asyncio.run(main())
