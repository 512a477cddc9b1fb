# Names of old that programs for earlier releases use.
async def main():
    memory = Memory(limit=3)
    stream = asyncio.StreamWriter(memory, {})
    await stream.awrite(b"abc")
    await stream.awrite(b"0123456789", 4)
    await stream.awrite(b"0123456789", 2, 3)
    await stream.awrite(b"0123456789", 0, 2)
    await stream.awrite(b"0123456789", 8)
    await stream.awrite(b"0123456789", 1)
    await stream.awrite(b"0123456789", 0, 1)
    await stream.awritestr(b"text")
    emit("written", memory.written())
    await stream.aclose()
    emit("closed", memory.closed)


asyncio.run(main())
