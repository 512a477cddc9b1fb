# A context of our own notes what it is asked to wrap, and may refuse; nothing is encrypted.
import ssl


class Context(ssl.SSLContext):
    refuses = False

    def wrap_socket(self, sock, **options):
        wrapped.append(options)
        if self.refuses:
            raise OSError(1)
        return sock


wrapped, called = [], []


async def echo(reader, writer):
    called.append(True)
    writer.write(b"echo " + await reader.readline())
    await writer.drain()
    await finish(writer)


async def ask(name, port, **options):
    try:
        reader, writer = await asyncio.open_connection(HOST, port, **options)
        writer.write(b"line\n")
        await writer.drain()
        emit("answer", name, await reader.read())
        await finish(writer)
    except OSError:
        emit("answer", name, b"")


async def main():
    asyncio.get_event_loop().set_exception_handler(lambda loop, context: emit("unretrieved"))
    server, port = await serve(echo)
    await ask("client", port, ssl=Context(ssl.PROTOCOL_TLS_CLIENT))
    emit("client", len(wrapped), wrapped[:1] and wrapped[0].get("server_hostname"))
    del wrapped[:]
    context = Context(ssl.PROTOCOL_TLS_CLIENT)
    await ask("named", port, ssl=context, server_hostname="a.name")
    emit("named", wrapped[:1] and wrapped[0].get("server_hostname"))
    server.close()
    await server.wait_closed()

    del wrapped[:]
    context = Context(ssl.PROTOCOL_TLS_SERVER)
    server, port = await serve(echo, ssl=context)
    await ask("server", port)
    emit("server", len(wrapped), wrapped[:1] and wrapped[0].get("server_side"))
    context.refuses = True
    del called[:]
    await ask("refused", port)
    emit("called", len(called))
    context.refuses = False
    await ask("server-again", port)
    server.close()
    await server.wait_closed()


asyncio.run(main())
