async def ignore(reader, writer):
    await finish(writer)


async def main():
    server, port = await serve(ignore)
    try:
        async with server:
            raise ValueError("inside")
    except ValueError as error:
        emit("raised", error.args)
    emit("outside", connect(port))


asyncio.run(main())
