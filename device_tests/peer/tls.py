# TLS with the host as the server, by the certificate that it shows.
import ssl


async def echo(reader, writer):
    right = 0
    for number in range(4):
        block = bytes([65 + number]) * 400
        writer.write(block)
        await writer.drain()
        right += await reader.readexactly(400) == block
    emit("right", right)


async def parts(reader, writer):
    data = b""
    while len(data) < 512:
        part = await asyncio.wait_for(reader.read(16), 3)
        emit("part", len(part)) if len(part) > 16 or not part else None
        data += part
    emit("data", data == bytes(range(256)) * 2)


async def records(reader, writer):
    emit("lines", await asyncio.wait_for(reader.readline(), 3), await reader.readline())


async def end(reader, writer):
    emit("all", await reader.read(-1), await reader.read(1))


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=params["trusted"])
    try:
        reader, writer = await asyncio.open_connection(
            HOST, PORT, ssl=context, server_hostname=params["name"]
        )
        writer.write(params["what"].encode() + b"\n")
        await writer.drain()
        work = {"echo": echo, "parts": parts, "records": records, "end": end}
        await work[params["what"]](reader, writer)
        await finish(writer)
    except (OSError, ValueError) as error:
        emit("refused", type(error).__name__)
    emit("over")


asyncio.run(main())
