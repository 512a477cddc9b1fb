# Clients that the host sends, all waiting in the backlog at first; some are gone again by then.
async def echo(reader, writer):
    try:
        writer.write(await reader.readline())
        await writer.drain()
        await finish(writer)
    except OSError:
        pass


async def main():
    server, port = await serve(echo, backlog=params["backlog"])
    reader, writer = await asyncio.open_connection(HOST, PORT)
    writer.write(b"%d\n" % port)
    await writer.drain()
    began = _us()
    while (_us() - began) & 0xFFFFFFF < 30000:  # nobody is accepted before they have all come
        pass
    await reader.read()
    await finish(writer)
    server.close()
    await server.wait_closed()
    emit("closed")


asyncio.run(main())
