# Readers are cancelled some turns after their data came: they were read, or are there for the next.
async def work(stream, how, got):
    if how == "line":
        got.append(await stream.readline())
    elif how == "into":
        buffer = bytearray(4)
        got.append(bytes(buffer[: await stream.readinto(buffer)]))
    elif how == "exactly":
        got.append(await stream.readexactly(4))
    else:
        got.append(await stream.read(4))


async def main():
    readers = []
    for how in ("read", "into", "line", "exactly"):
        for count in range(3):
            memory, got = Memory(), []
            task = asyncio.create_task(work(asyncio.StreamReader(memory), how, got))
            readers.append((how, count, memory, got, task))
    await turns(1)
    for how, count, memory, got, task in readers:
        memory.chunks.append(b"one\n")
    for turn in range(3):
        for how, count, memory, got, task in readers:
            if count == turn:
                task.cancel()
        await turns(1)
    for how, count, memory, got, task in readers:
        emit("came", how, count, b"".join(got + memory.chunks))


asyncio.run(main())
