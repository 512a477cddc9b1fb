# The host ends its side; the board reads to that end and closes. The host says when it saw that.
async def main():
    for how in params["how"]:
        reader, writer = await asyncio.open_connection(HOST, PORT)
        if how == "all":
            got = await reader.read()
        else:
            got, more = b"", b"?"
            while more:
                more = await (reader.readline() if how == "line" else reader.read(100))
                got += more
        emit("got", got)
        await finish(writer)
    reader, writer = await asyncio.open_connection(HOST, PORT)
    emit("last", await reader.readexactly(4))
    await finish(writer)


asyncio.run(main())
