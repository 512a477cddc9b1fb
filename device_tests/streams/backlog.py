# A server with a backlog of its own, and clients one after another or all at once.
async def echo(reader, writer):
    writer.write(await reader.readline())
    await writer.drain()
    await finish(writer)


async def ask(port):
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(b"hello\n")
    await writer.drain()
    got = await reader.readline()
    await finish(writer)
    return got


async def main():
    for backlog in params["backlogs"]:
        server, port = await serve(echo, backlog=backlog)
        if params["together"]:
            got = await asyncio.gather(*[ask(port) for _ in range(min(backlog, 5))])
        else:
            got = []
            for _ in range(3):
                got.append(await ask(port))  # noqa: PERF401 (MicroPython has no await in these)
        emit("got", backlog, [line == b"hello\n" for line in got])
        server.close()
        await server.wait_closed()


asyncio.run(main())
