# After a server closed nobody is served at its port, and the port is free.
async def ignore(reader, writer):
    await finish(writer)


async def main():
    server, port = await serve(ignore)
    emit("type", type(server).__name__)
    if params["block"]:
        async with server as inside:
            emit("same", inside is server)
            emit("inside", connect(port))
            await turns(4)
    else:
        emit("inside", connect(port))
        await turns(4)
        server.close()
        await server.wait_closed()
    emit("outside", connect(port))
    try:
        again = await asyncio.start_server(ignore, HERE, port)
        emit("again", connect(port))
        await turns(4)
        again.close()
        await again.wait_closed()
    except OSError as error:
        emit("again", error.errno)


asyncio.run(main())
