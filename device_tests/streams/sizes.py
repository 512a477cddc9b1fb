# Blocks of every size and every byte, there and back, read in one way and another, with the next
# one behind.
def block(size):
    return bytes((size + number * 7) & 255 for number in range(min(size, 256))) * (size // 256 + 1)


async def whole(reader, size, way):
    await turns(4)  # the next one comes meanwhile
    if way % 2 == 0 or not hasattr(reader, "readinto"):  # CPython, the control, has none
        return await reader.readexactly(size)
    got, buffer = b"", bytearray(size)
    while len(got) < size:
        if way % 4 == 1:
            count = await reader.readinto(memoryview(buffer)[: size - len(got)])
            data = bytes(buffer[:count])
        else:
            data = await reader.read(size - len(got))
        if not data:
            raise EOFError
        got += data
    return got


async def echo(reader, writer):
    for way, size in enumerate(params["sizes"]):
        writer.write(await whole(reader, size, way + 1))
        await writer.drain()
    await finish(writer)


async def send(writer, size):
    writer.write(block(size)[:size])
    await writer.drain()


async def main():
    server, port = await serve(echo)
    reader, writer = await asyncio.open_connection(HOST, port)
    wrong, there, sizes = [], 0, params["sizes"]
    for way, size in enumerate(sizes):
        sent = block(size)[:size]
        # Two go ahead, of a segment's size at most: they fit into any stack's buffers.
        while there < len(sizes) and there <= way + (2 if sizes[there] < 1500 else 0):
            await send(writer, sizes[there])
            there += 1
        try:
            came = await asyncio.wait_for(whole(reader, size, way), 3)
        except (asyncio.TimeoutError, EOFError):
            came = None
        if came != sent:
            wrong.append(size)
        if came is None:
            break
    emit("wrong", wrong)
    await finish(writer)
    server.close()
    await server.wait_closed()


asyncio.run(main())
