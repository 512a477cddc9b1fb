# The server's side of a connection closes first, which leaves the port in TIME_WAIT.
async def close(reader, writer):
    await finish(writer)


async def main():
    server, port = await serve(close)
    for number in range(3):
        reader, writer = await asyncio.open_connection(HOST, port)
        emit("read", number, await reader.read())
        await finish(writer)
        server.close()
        await server.wait_closed()
        try:
            server = await asyncio.start_server(close, HERE, port)
            emit("started", number)
        except OSError as error:
            emit("os-error", error.errno)
            return
    server.close()
    await server.wait_closed()


asyncio.run(main())
