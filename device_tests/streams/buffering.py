# When does what was written reach the stream?
async def main():
    memory = Memory()
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b"abc")
    stream.write(b"def")
    emit("before-drain", memory.written())
    await stream.drain()
    emit("after-drain", memory.written())


asyncio.run(main())
