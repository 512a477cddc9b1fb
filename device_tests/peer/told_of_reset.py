# The host resets the connection, of which a line has come already: a reader is told by and by, and
# a writer that waits for room.
async def main():
    reader, writer = await asyncio.open_connection(HOST, PORT)
    emit("line", await reader.readline())
    writer.write(b"go\n")
    await writer.drain()

    async def drains():
        while True:
            writer.write(bytes(1000))
            await writer.drain()

    work = reader.read(1) if params["reads"] else drains()
    try:
        emit("told", await asyncio.wait_for(work, 3))
    except asyncio.TimeoutError:
        emit("told", "never")
    except OSError:
        emit("told", "OSError")
    try:
        await finish(writer)
    except OSError:
        pass


asyncio.run(main())
