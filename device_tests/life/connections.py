# Connections opened and closed over the board's own network stack, one after another, and a server
# that was left alone in between.
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
    import gc

    server, port = await serve(echo)
    wrong, used = [], []
    for batch in range(params["batches"]):
        for number in range(params["each"]):
            got = await ask(port)
            if got != b"hello\n":
                wrong.append((batch, number, got))
        await turns(4)
        gc.collect()
        used.append(gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0)
        await pause(params["idle_ms"])
    emit("wrong", wrong)
    emit("used", used)
    emit("after", await ask(port))
    server.close()
    await server.wait_closed()


asyncio.run(main())
