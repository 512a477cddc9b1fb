# Three clients at the same time: each connection goes on knowing its own.
async def serve_one(reader, writer):
    writers.append(writer)
    await both.wait()
    names = [writer.get_extra_info("peername")]
    await finish(writer)
    names.append(writer.get_extra_info("peername"))
    seen.append([bytes(n) if isinstance(n, (bytes, bytearray)) else tuple(n) for n in names])


writers, seen = [], []


async def main():
    global both
    both = asyncio.Event()
    server, port = await serve(serve_one)
    streams = []
    for _ in range(3):
        streams.append(await asyncio.open_connection(HOST, port))
    while len(writers) < 3:
        await pause(1)
    both.set()
    for reader, writer in streams:
        await reader.read()
        await finish(writer)
    emit("seen", seen)
    server.close()
    await server.wait_closed()


asyncio.run(main())
