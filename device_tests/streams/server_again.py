# wait_closed before close, and both more than once.
async def ignore(reader, writer):
    await finish(writer)


async def wait(server, number):
    await server.wait_closed()
    ended.append(number)


ended = []


async def main():
    server, port = await serve(ignore)
    waiters = [asyncio.create_task(wait(server, number)) for number in range(2)]
    await turns(4)
    emit("open", ended)
    reader, writer = await asyncio.open_connection(HOST, port)
    emit("read", await reader.read())
    await finish(writer)
    emit("still-open", ended)
    server.close()
    await turns(8)
    emit("closed", sorted(ended))
    for waiter in waiters:
        await waiter
    try:
        server.close()
        await server.wait_closed()
        emit("again")
        server, port = await serve(ignore)
        async with server:
            server.close()
            await server.wait_closed()
        emit("in-block")
    except Exception as error:
        emit("raised", type(error).__name__)


asyncio.run(main())
