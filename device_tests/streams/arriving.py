# Nothing to read at first: the reader waits, others run, and what comes later ends the wait.
async def read(stream, how):
    if how == "read":
        return await stream.read(8)
    if how == "read-all":
        return await stream.read()
    if how == "readexactly":
        return await stream.readexactly(4)
    if how == "readline":
        return await stream.readline()
    buffer = bytearray(8)
    return bytes(buffer[: await stream.readinto(buffer)])


async def main():
    for how in ("read", "read-all", "readexactly", "readline", "readinto"):
        memory = Memory(room=0)  # it can be read, and not be written to
        task = asyncio.create_task(read(asyncio.StreamReader(memory), how))
        await turns(3)
        emit("waits", how, not task.done())
        for chunk in (b"ab", b"c\n", b""):
            memory.chunks.append(chunk)
            await turns(3)
        emit("got", how, await task)


asyncio.run(main())
