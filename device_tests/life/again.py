# Over and over, beside a server: clients that nobody answers give up, are reset or refused; other
# servers end and begin again. Then the next client is served, as soon as at first.
import gc


async def echo(reader, writer):
    line = await reader.readline()
    if line == b"resets\n":
        await pause(0)  # the rest of what the client says is not read
    elif line:
        writer.write(line)
        await writer.drain()
    await finish(writer)


async def ask(port, line=b"hello\n"):
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(line)
    await writer.drain()
    got = await reader.readline()
    await finish(writer)
    return got


async def gives_up(port):
    got = []
    for reads in (is_reset, timed_out, cancelled):
        reader, writer = await asyncio.open_connection(HOST, port)
        got.append(await reads(reader, writer))
        await finish(writer)
    return got == [b""] * 3


async def is_reset(reader, writer):
    writer.write(b"resets\nand more\n")
    await writer.drain()
    try:
        return await reader.read(9)
    except OSError:
        return b""


async def cancelled(reader, writer):
    task = asyncio.create_task(reader.read(1))
    await pause(0)
    task.cancel()
    try:
        return await task
    except asyncio.CancelledError:
        return b""


async def timed_out(reader, writer):
    try:
        return await asyncio.wait_for(reader.readline(), 0)
    except asyncio.TimeoutError:
        return b""


async def refused(port):
    writer = None
    try:
        reader, writer = await asyncio.open_connection(HOST, nobody)
        writer.write(b"hello\n")
        await writer.drain()
        return not await reader.readline()
    except OSError:
        return True
    finally:
        if writer:
            await finish(writer)


async def servers(port):
    other = await asyncio.start_server(echo, HERE, nobody)
    got = await ask(nobody)
    other.close()
    await other.wait_closed()
    return got == b"hello\n"


async def quickest(port):
    least = 1000000000
    for _ in range(4):
        start = ticks_us()
        if await ask(port) != b"hello\n":
            wrong.append("no answer")
        least = min(least, (ticks_us() - start) & 0x3FFFFFFF)
    return least


async def main():
    global nobody
    other, nobody = await serve(echo)
    other.close()
    await other.wait_closed()
    server, port = await serve(echo)
    does = {"gives up": gives_up, "refused": refused, "servers": servers}[params["how"]]
    used = []
    emit("asked", await quickest(port))
    for batch in range(params["batches"]):
        for number in range(params["each"]):
            if not await does(port):
                wrong.append((batch, number))
            if number % 8 == 7:
                gc.collect()  # what nobody could close, as it never came to be, is closed then
        if await ask(port) != b"hello\n":
            wrong.append((batch, "next"))
        await turns(4)
        gc.collect()
        used.append(gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0)
    emit("asked", await quickest(port))
    emit("wrong", wrong[:20])
    emit("used", used)
    server.close()
    await server.wait_closed()


wrong, nobody = [], 0
asyncio.run(main())
