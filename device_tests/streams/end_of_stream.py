# One side sends, closes, and the other reads what there is, to the end.
async def serve_one(reader, writer):
    if params["closes"] == "server":
        writer.write(b"line\nrest")
        await writer.drain()
        await finish(writer)
        return
    await read(reader)
    await finish(writer)
    over.set()


async def read(reader):
    emit("line", await reader.readline())
    emit("rest", await reader.read())
    emit("at-end", await reader.read(), await reader.read(5), await reader.readline())
    try:
        emit("exactly", await reader.readexactly(1))
    except EOFError:
        emit("eof-error")


async def main():
    global over
    over = asyncio.Event()
    server, port = await serve(serve_one)
    reader, writer = await asyncio.open_connection(HOST, port)
    if params["closes"] == "server":
        await read(reader)
        await finish(writer)
    else:
        writer.write(b"line\nrest")
        await writer.drain()
        await finish(writer)
        await over.wait()
    server.close()
    await server.wait_closed()


asyncio.run(main())
