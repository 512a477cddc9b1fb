# A plain server looks at the first bytes of a client that was asked for TLS.
import ssl


async def serve_one(reader, writer):
    seen.append(await reader.readexactly(3))
    await finish(writer)
    over.set()


seen = []


async def main():
    global over
    server, port = await serve(serve_one)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for name, option in (("true", True), ("context", context)):
        over = asyncio.Event()

        async def client():
            reader, writer = await asyncio.open_connection(HOST, port, ssl=option)
            writer.write(b"hello")
            await writer.drain()
            await reader.read(1)

        task = asyncio.create_task(client())
        await over.wait()
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
        except OSError:
            pass
        first = seen.pop()
        emit("first-bytes", name, first[0], first[1])
    server.close()
    await server.wait_closed()


asyncio.run(main())
