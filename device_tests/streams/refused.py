# Nobody listens there; nobody has that name; nobody can be connected to there.
LONG = "a." * 150 + "b"  # no name server needs to be asked about that


async def ignore(reader, writer):
    await finish(writer)


async def main():
    server, port = await serve(ignore)
    server.close()
    await server.wait_closed()
    for name, host in (("port", HOST), ("host", LONG), ("address", "255.255.255.255")):
        try:
            _, writer = await asyncio.open_connection(host, closed(port))
            emit("connected", name)
            await finish(writer)
        except OSError:
            emit("os-error", name)


asyncio.run(main())
