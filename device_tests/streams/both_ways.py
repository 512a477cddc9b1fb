# One task reads and another writes on one stream; which of them waits first, and which is ready
# first, are parameters. Two rounds.
async def read(stream):
    # It does not ask again by itself: whoever wakes it for nothing gets None.
    buffer = bytearray(4)
    count = await stream.readinto(buffer)
    return bytes(buffer) if count == 4 else count


async def write(stream):
    stream.write(b"written")
    await stream.drain()
    return "drained"


async def main():
    for _ in range(2):
        memory = Memory(room=0)
        stream = asyncio.StreamWriter(memory, {})
        for _ in range(2):
            tasks = {}
            for name in params["waits"]:
                work = read if name == "read" else write
                tasks[name] = asyncio.create_task(work(stream))
                await turns(params["apart"])
            await turns(4)
            emit("waiting", not tasks["read"].done(), not tasks["write"].done())
            for name in params["ready"]:
                if name == "read":
                    memory.chunks.append(b"data")
                else:
                    memory.room = 7
                if params["together"]:
                    continue
                await turns(4)
                emit("ready", name, tasks["read"].done(), tasks["write"].done())
            await turns(4)
            done = tasks["read"].done(), tasks["write"].done()
            emit("done", *done)
            for task in tasks.values():
                task.cancel()
            if done != (True, True):
                return
            emit("result", await tasks["read"], await tasks["write"])
        emit("written", memory.written())
        emit("polls", memory.polls)
        emit("refused", memory.refused)


asyncio.run(main())
