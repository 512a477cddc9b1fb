# Blocks of every size and every byte, there and back.
def block(size):
    return bytes((size + number * 7) & 255 for number in range(size))


async def echo(reader, writer):
    for size in params["sizes"]:
        writer.write(await reader.readexactly(size))
        await writer.drain()
    await finish(writer)


async def main():
    server, port = await serve(echo)
    reader, writer = await asyncio.open_connection(HOST, port)
    wrong = []
    for size in params["sizes"]:
        writer.write(block(size))
        await writer.drain()
        try:
            came = await asyncio.wait_for(reader.readexactly(size), 3)
        except (asyncio.TimeoutError, EOFError):
            came = None
        if came != block(size):
            wrong.append(size)
        if came is None:
            break
    emit("wrong", wrong)
    await finish(writer)
    server.close()
    await server.wait_closed()


asyncio.run(main())
