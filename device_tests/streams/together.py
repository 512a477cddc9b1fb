# Clients that connect in one turn: when is the last of them answered?
async def echo(reader, writer):
    writer.write(await reader.readline())
    await writer.drain()
    await finish(writer)


async def ask(port):
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(b"hello\n")
    await writer.drain()
    got = await reader.readline()
    took.append(ticks_diff(ticks_us(), start))
    await finish(writer)
    return got == b"hello\n"


async def main():
    global start
    server, port = await serve(echo, backlog=5)
    start = ticks_us()
    emit("right", await asyncio.gather(*[ask(port) for _ in range(5)]))
    emit("took", took)
    server.close()
    await server.wait_closed()


took = []
asyncio.run(main())
