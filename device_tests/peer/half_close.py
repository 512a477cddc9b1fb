# The host ends its side after its question; the answer still goes the other way.
async def main():
    reader, writer = await asyncio.open_connection(HOST, PORT)
    question = await reader.read(-1)
    emit("question", question)
    for number in range(3):
        writer.write(b"%d " % number + question)
        await writer.drain()
        await pause(2)
    emit("still", await reader.read(1))
    await finish(writer)


asyncio.run(main())
