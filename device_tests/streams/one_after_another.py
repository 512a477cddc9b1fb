# Clients of one server, one after another: each is gone before the next one comes.
async def answer(reader, writer):
    writer.write(await reader.readline())
    await writer.drain()
    await finish(writer)


async def main():
    server, port = await serve(answer)
    right = 0
    for number in range(params["clients"]):
        reader, writer = await asyncio.open_connection(HOST, port)
        line = b"%d\n" % number
        writer.write(line)
        await writer.drain()
        right += await reader.readline() == line
        await finish(writer)
    emit("right", right)
    server.close()
    await server.wait_closed()


asyncio.run(main())
