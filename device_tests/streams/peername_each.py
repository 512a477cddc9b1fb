# Two clients at the same time: each connection goes on knowing its own.
async def serve_one(reader, writer):
    writers.append(writer)
    await both.wait()
    name = writer.get_extra_info("peername")
    seen.append(bytes(name) if isinstance(name, (bytes, bytearray)) else tuple(name))
    await finish(writer)


writers, seen = [], []


async def main():
    global both
    both = asyncio.Event()
    server, port = await serve(serve_one)
    streams = []
    for _ in range(2):
        streams.append(await asyncio.open_connection(HOST, port))
    while len(writers) < 2:
        await pause(1)
    both.set()
    for reader, writer in streams:
        await reader.read()
        await finish(writer)
    emit("same", seen[0] == seen[1])
    server.close()
    await server.wait_closed()


asyncio.run(main())
