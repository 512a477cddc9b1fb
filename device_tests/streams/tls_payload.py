# TLS both ways over the board's own network stack: the server has a certificate, and the client
# trusts whoever has one, or nobody.
import ssl

sleep_ms, wait_for_ms = asyncio.sleep_ms, asyncio.wait_for_ms
BLOCK = bytes(range(48, 112))


async def serve_one(reader, writer):
    what = params["what"]
    try:
        await reader.readline()
        if what == "echo":
            for _ in range(4):
                writer.write(await reader.readexactly(64))
                await writer.drain()
        elif what == "sizes":
            for size in params["sizes"]:
                writer.write(await reader.readexactly(size))
                await writer.drain()
        elif what == "parts":
            writer.write(BLOCK)
            await writer.drain()
            await over.wait()
        elif what == "records":
            for part in (b"a line in ", b"three ", b"records\nand more\n"):
                writer.write(part)
                await writer.drain()
                await sleep_ms(4)
            await over.wait()
        elif what == "silence":
            await over.wait()
            writer.write(b"late")
            await writer.drain()
            await late.wait()
        else:
            writer.write(BLOCK)
            await writer.drain()
    except OSError:
        pass
    await finish(writer)


async def tick():
    global ticks
    while True:
        await sleep_ms(2)
        ticks += 1


async def echo(reader, writer):
    got = b""
    for number in range(4):
        writer.write(bytes([65 + number]) * 64)
        await writer.drain()
        got += await reader.readexactly(64)
    emit("got", got == b"A" * 64 + b"B" * 64 + b"C" * 64 + b"D" * 64)


async def sizes(reader, writer):
    # Blocks of more than a record holds (16384 bytes), too.
    wrong = []
    for size in params["sizes"]:
        block = (BLOCK * (size // 64 + 1))[:size]
        writer.write(block)
        await writer.drain()
        try:
            same = await wait_for_ms(reader.readexactly(size), 3000) == block
        except (asyncio.TimeoutError, EOFError):
            same = None
        if not same:
            wrong.append(size)
        if same is None:
            break
    emit("wrong", wrong)


async def parts(reader, writer):
    got = []
    for _ in range(4):
        got.append(await wait_for_ms(reader.read(16), 2000))
    emit("got", b"".join(got) == BLOCK, len(got[0]))


async def records(reader, writer):
    emit("got", await reader.readline(), await reader.readline())


async def silence(reader, writer):
    global ticks
    ticks = 0
    try:
        emit("early", await wait_for_ms(reader.read(4), 40))
    except asyncio.TimeoutError:
        emit("timeout", ticks > 2)
    over.set()
    emit("got", await wait_for_ms(reader.readexactly(4), 2000))
    late.set()


async def end(reader, writer):
    emit("got", await reader.read(-1) == BLOCK, await reader.read(1))


async def main():
    global over, late
    over, late = asyncio.Event(), asyncio.Event()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(params["certificate"], params["key"])
    server, port = await serve(serve_one, ssl=context)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.verify_mode = ssl.CERT_NONE
    task = asyncio.create_task(tick())
    if params["what"] == "refused":
        client.verify_mode = ssl.CERT_REQUIRED
    try:
        reader, writer = await asyncio.open_connection(HOST, port, ssl=client)
        writer.write(b"hello\n")
        await writer.drain()
        work = {
            "echo": echo,
            "sizes": sizes,
            "parts": parts,
            "records": records,
            "silence": silence,
            "end": end,
        }
        await work.get(params["what"], end)(reader, writer)
        over.set()
        await finish(writer)
    except (OSError, ValueError) as error:
        emit("raised", type(error).__name__)
    await sleep_ms(2)
    task.cancel()
    server.close()
    await server.wait_closed()


ticks = 0
asyncio.run(main())
