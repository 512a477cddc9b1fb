# A stream tells an error or a hang-up by poll bits that nobody asked for.
async def work(name, stream):
    try:
        if name == "read":
            emit("result", name, await stream.read(4))
        else:
            stream.write(b"xyz")
            emit("result", name, await stream.drain())
    except OSError as error:
        emit("raised", name, error.errno)


async def main():
    for names in (["read"], ["write"], ["read", "write"]):
        for bits in (8, 16):
            memory = Memory(room=0)
            stream = asyncio.StreamWriter(memory, {})
            tasks = [asyncio.create_task(work(name, stream)) for name in names]
            await turns(3)
            memory.bits = bits
            memory.error = OSError(104)
            await turns(4)
            emit("done", bits, [task.done() for task in tasks])
            for task in tasks:
                task.cancel()
            await turns(3)
    memory = Memory()
    task = asyncio.create_task(asyncio.StreamReader(memory).read(4))
    await turns(3)
    memory.read = lambda size: b""
    memory.bits = 16  # and nothing to read
    await turns(3)
    emit("hang-up", task.done() and await task)


asyncio.run(main())
