# A stream that says it is ready and then has nothing: readinto waits for what comes.
async def main():
    memory = Memory(None, None, b"ab")
    buffer = bytearray(4)
    count = await asyncio.StreamReader(memory).readinto(buffer)
    emit("count", count, bytes(buffer))


asyncio.run(main())
