# Who is at the other end? Asked on both sides of two connections.
async def serve_one(reader, writer):
    seen.append(writer.get_extra_info("peername"))
    await finish(writer)


seen = []


def plain(name):
    return bytes(name) if isinstance(name, (bytes, bytearray)) else tuple(name)


async def main():
    server, port = await serve(serve_one)
    for _ in range(2):
        reader, writer = await asyncio.open_connection(HOST, port)
        await reader.read()
        if params["client"]:
            try:
                emit("client", plain(writer.get_extra_info("peername")))
            except Exception as error:
                emit("refused", type(error).__name__)
        await finish(writer)
    for name in seen:
        emit("server", plain(name))
    server.close()
    await server.wait_closed()


asyncio.run(main())
