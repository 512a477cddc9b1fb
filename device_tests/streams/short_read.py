# A few bytes come, and then nothing: a read that asks for more returns what there is.
async def serve_one(reader, writer):
    emit("server", await reader.read(100))
    writer.write(b"pong")
    await writer.drain()
    await over.wait()
    await finish(writer)


async def main():
    global over
    over = asyncio.Event()
    server, port = await serve(serve_one)
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(b"ping")
    await writer.drain()
    emit("client", await reader.read(100))
    over.set()
    await finish(writer)
    server.close()
    await server.wait_closed()


asyncio.run(main())
