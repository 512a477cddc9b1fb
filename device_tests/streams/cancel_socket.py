# A read with a timeout on a connection, then the connection is used again.
async def serve_one(reader, writer):
    while True:
        line = await reader.readline()
        if not line:
            break
        writer.write(b"echo " + line)
        await writer.drain()
    await finish(writer)
    over.set()


async def main():
    global over
    over = asyncio.Event()
    server, port = await serve(serve_one)
    reader, writer = await asyncio.open_connection(HOST, port)
    for number in range(3):
        try:
            emit("early", await asyncio.wait_for(reader.readline(), seconds(3)))
        except asyncio.TimeoutError:
            emit("timeout")
        writer.write(b"%d\n" % number)
        await writer.drain()
        emit("line", await reader.readline())
    await finish(writer)
    await over.wait()
    server.close()
    await server.wait_closed()


asyncio.run(main())
