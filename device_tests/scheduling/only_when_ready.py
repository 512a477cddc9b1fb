# A reader and a writer wait on one stream, which notes when it is used before it is ready.
# The stream is that of streams/memory.py, in front of this.
async def reader(stream):
    buffer = bytearray(4)
    count = await stream.readinto(buffer)
    log.append(("read", count, bytes(buffer)))


async def writer(stream):
    stream.write(b"written")
    await stream.drain()
    log.append("drained")


def watch(memory):
    readinto, write = memory.readinto, memory.write

    def watched_readinto(buffer):
        if not memory.chunks:
            log.append("read too soon")
        return readinto(buffer)

    def watched_write(data):
        if not memory.room:
            log.append("written too soon")
        return write(data)

    memory.readinto, memory.write = watched_readinto, watched_write


async def main(ready):
    memory = Memory(room=0)
    stream = asyncio.StreamWriter(memory, {})
    tasks = [asyncio.create_task(reader(stream)), asyncio.create_task(writer(stream))]
    await turns(4)
    watch(memory)
    for name in ready:
        if name == "read":
            memory.chunks.append(b"data")
        else:
            memory.room = 100
        await turns(5)
    emit("log", list(log))
    log.clear()
    for task in tasks:
        task.cancel()


log = []
asyncio.run(main(["read", "write"]))
asyncio.run(main(["write", "read"]))
