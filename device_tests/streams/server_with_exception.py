import socket


async def ignore(reader, writer):
    await finish(writer)


async def main():
    server, port = await serve(ignore)
    try:
        async with server:
            raise ValueError("inside")
    except ValueError as error:
        emit("raised", error.args)
    client = socket.socket()
    try:
        client.connect(socket.getaddrinfo(HOST, port)[0][-1])
        emit("outside", "connected")
    except OSError:
        emit("outside", "refused")
    client.close()


asyncio.run(main())
