# A server's connections end badly, one after another: the handler raises, is cancelled, or waits in
# vain for a client; the client goes without a word. Then the next client is served.
import gc


async def echo(reader, writer):
    handlers.append(asyncio.current_task())
    try:
        line = await reader.readline()
        if line == b"raises\n":
            raise ValueError(line)
        if line == b"cancelled\n":
            handlers[-1].cancel()
            await asyncio.sleep(0)
        if line == b"late\n":
            await asyncio.wait_for(reader.readline(), 0)
        writer.write(line)
        await writer.drain()
    finally:
        await finish(writer)


async def ask(port, line):
    reader, writer = await asyncio.open_connection(HOST, port)
    got = b""
    if line:
        writer.write(line)
        await writer.drain()
        got = await asyncio.wait_for(reader.readline(), 5)
    await finish(writer)
    return got


async def handled():
    for look in range(400):
        if handlers and handlers[0].done():
            handlers.clear()
            return True
        await pause(0 if look < 20 else 5)
    return False


async def main():
    asyncio.get_event_loop().set_exception_handler(lambda loop, context: None)
    server, port = await serve(echo)
    line = b"" if params["how"] == "gone" else params["how"].encode() + b"\n"
    wrong, used = [], []
    for batch in range(params["batches"]):
        for number in range(params["each"]):
            got = await ask(port, line)
            if got:
                wrong.append((batch, number, got))
            if not await handled():
                wrong.append((batch, number, "no handler"))
                emit("wrong", wrong)
                return
        got = await ask(port, b"hello\n")
        if got != b"hello\n":
            wrong.append((batch, "next", got))
        await turns(4)
        handlers.clear()
        gc.collect()
        used.append(gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0)
    emit("wrong", wrong)
    emit("used", used)
    server.close()
    await server.wait_closed()


handlers = []
asyncio.run(main())
