# The board closes while there is more to read.
async def main():
    reader, writer = await asyncio.open_connection(HOST, PORT)
    emit("first", await reader.read(1))
    await finish(writer)
    reader, writer = await asyncio.open_connection(HOST, PORT)
    emit("next", await reader.readexactly(4))
    await finish(writer)


asyncio.run(main())
