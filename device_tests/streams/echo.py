# Clients of one server, all at once: each has a connection of its own.
async def echo(*streams):
    reader, writer = streams
    emit("called", len(streams), writer.get_extra_info("peername") is not None)
    while True:
        line = await reader.readline()
        if not line:
            break
        writer.write(b"echo " + line)
        await writer.drain()
    ended.append(True)
    await finish(writer)


ended, answered = [], []


async def client(number, port):
    pair = await asyncio.open_connection(HOST, port)
    reader, writer = pair
    got = []
    for line in (b"one\n", b"two\n", b"three\n"):
        writer.write(b"%d " % number + line)
        await writer.drain()
        got.append(await reader.readline())
        if len(got) == 1:
            # Nobody goes on before everybody was answered: served one after another they hang.
            answered.append(number)
            if len(answered) == params["clients"]:
                everybody.set()
            await everybody.wait()
    await finish(writer)
    return [len(pair), got]


async def main():
    global everybody
    everybody = asyncio.Event()
    server, port = await serve(echo)
    results = await asyncio.gather(*[client(number, port) for number in range(params["clients"])])
    for result in results:
        emit("client", *result)
    while len(ended) < params["clients"]:
        await pause(1)
    server.close()
    await server.wait_closed()
    emit("closed")


asyncio.run(main())
