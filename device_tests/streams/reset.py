# The other side closes with input unread: the stack resets the connection. Who reads, or waits for
# room, is told.
async def rude(reader, writer):
    await reader.read(1)  # the rest stays unread
    await ready.wait()
    await finish(writer)
    gone.set()


async def reads(reader, writer):
    return await reader.read(1)


async def drains(reader, writer):
    while True:
        writer.write(bytes(2000))
        await writer.drain()


async def main():
    global ready, gone
    for name, work in (("reads", reads), ("drains", drains)):
        ready, gone = asyncio.Event(), asyncio.Event()
        server, port = await serve(rude)
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(b"xyz")
        await writer.drain()
        task = asyncio.create_task(work(reader, writer))
        await turns(20)
        ready.set()
        try:
            emit("told", name, await asyncio.wait_for(task, 2))
        except asyncio.TimeoutError:
            emit("told", name, "never")
        except OSError:
            emit("told", name, "OSError")
        await gone.wait()
        try:
            await finish(writer)
        except OSError:
            pass
        server.close()
        await server.wait_closed()


asyncio.run(main())
