# TLS with the board as the server, and the host as a client that checks its certificate.
import ssl


async def echo(reader, writer):
    try:
        while True:
            line = await reader.readline()
            if not line:
                break
            writer.write(b"echo " + line)
            await writer.drain()
        await finish(writer)
    except OSError:
        pass


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(params["certificate"], params["key"])
    server, port = await serve(echo, ssl=context)
    await tell(port)
    server.close()
    await server.wait_closed()
    emit("closed")


asyncio.run(main())
