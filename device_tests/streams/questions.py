# Many questions and answers through one connection, one after another.
async def answer(reader, writer):
    while True:
        line = await reader.readline()
        if not line:
            break
        writer.write(line)
        await writer.drain()
    await finish(writer)


async def main():
    server, port = await serve(answer)
    reader, writer = await asyncio.open_connection(HOST, port)
    right = 0
    for number in range(params["times"]):
        line = b"%d\n" % number
        writer.write(line)
        await writer.drain()
        right += await reader.readline() == line
    emit("right", right)
    await finish(writer)
    server.close()
    await server.wait_closed()


asyncio.run(main())
