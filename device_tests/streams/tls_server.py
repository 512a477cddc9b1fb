# A server with a TLS context meets a client that speaks no TLS: what does its callback read?
import ssl

TEXT = b"no TLS record begins like this" * 3


async def read(reader, writer):
    try:
        emit("server-read", await reader.read(len(TEXT)) == TEXT)
    except OSError:
        emit("server-read", False)
    over.set()


async def main():
    global over
    for context in (None, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)):
        over = asyncio.Event()
        server, port = await serve(read, ssl=context)
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(TEXT)
        await writer.drain()
        await over.wait()
        await finish(writer)
        server.close()
        await server.wait_closed()


asyncio.run(main())
