# The buffer that was written is used for something else before the stream had room.
async def main():
    for whole in (True, False):
        memory = Memory(room=0 if whole else 2)
        stream = asyncio.StreamWriter(memory, {})
        buffer = bytearray(b"abcdef")
        stream.write(buffer)
        for index in range(len(buffer)):
            buffer[index] = 46
        memory.room = 99
        await stream.drain()
        emit("written", memory.written())


asyncio.run(main())
