# A task that starts a server is cancelled while it does: no server may be left behind.
async def ignore(reader, writer):
    await finish(writer)


async def start(port):
    try:
        server = await asyncio.start_server(ignore, HERE, port)
        emit("started")
        await asyncio.Event().wait()
        server.close()
    except asyncio.CancelledError:
        emit("cancelled")
        raise


async def main():
    loop = asyncio.get_event_loop()
    loop.set_exception_handler(lambda loop, context: emit("unretrieved"))
    server, port = await serve(ignore)
    server.close()
    await server.wait_closed()
    task = asyncio.create_task(start(port))
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        emit("main-got", "CancelledError")
    await turns(6)
    emit("after", connect(port))


asyncio.run(main())
