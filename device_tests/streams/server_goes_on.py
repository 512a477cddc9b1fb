# A connection outlives its server, and a callback that raises does not end the server.
FAILURES = {
    b"fail\n": ValueError("the callback failed"),
    b"reset\n": OSError(104),
    b"end\n": EOFError(),
}


async def serve_one(reader, writer):
    line = await reader.readline()
    if line in FAILURES:
        await finish(writer)
        raise FAILURES[line]
    writer.write(b"echo " + line)
    await writer.drain()
    await finish(writer)


async def main():
    asyncio.get_event_loop().set_exception_handler(lambda loop, context: None)
    server, port = await serve(serve_one)
    first = await asyncio.open_connection(HOST, port)
    for line in sorted(FAILURES):
        failing = await asyncio.open_connection(HOST, port)
        failing[1].write(line)
        await failing[1].drain()
        emit("failing", await failing[0].read())
        await finish(failing[1])
    second = await asyncio.open_connection(HOST, port)
    second[1].write(b"second\n")
    await second[1].drain()
    emit("second", await second[0].read())
    await finish(second[1])
    server.close()
    if params["wait"]:
        await server.wait_closed()
    first[1].write(b"first\n")
    await first[1].drain()
    emit("first", await first[0].read())
    await finish(first[1])


asyncio.run(main())
