# More bytes than the network stack holds, both ways at the same time, on one connection.
def pattern(number, size):
    return bytes((number * 7 + i) & 255 for i in range(size))


async def send(writer, seed):
    for number in range(params["blocks"]):
        writer.write(pattern(number + seed, params["size"]))
        await writer.drain()


async def receive(reader, seed):
    wrong = 0
    for number in range(params["blocks"]):
        data = await reader.readexactly(params["size"])
        if data != pattern(number + seed, params["size"]):
            wrong += 1
    return wrong


async def peer(reader, writer):
    wrong, _ = await asyncio.gather(receive(reader, 0), send(writer, 1000))
    emit("server-wrong", wrong if isinstance(wrong, int) else "not counted")
    await finish(writer)


async def main():
    server, port = await serve(peer)
    reader, writer = await asyncio.open_connection(HOST, port)
    wrong, _ = await asyncio.gather(receive(reader, 1000), send(writer, 0))
    emit("client-wrong", wrong if isinstance(wrong, int) else "not counted")
    emit("rest", await reader.read())
    await finish(writer)
    server.close()
    await server.wait_closed()


asyncio.run(main())
