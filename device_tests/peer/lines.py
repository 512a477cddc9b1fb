# Lines that come a byte at a time, or all in one segment.
async def main():
    reader, writer = await asyncio.open_connection(HOST, PORT)
    emit("lines", await reader.readline(), await reader.readline(), await reader.readline())
    emit("exactly", await reader.readexactly(3))
    emit("rest", await reader.read(-1))
    await finish(writer)


asyncio.run(main())
