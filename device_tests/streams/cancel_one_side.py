# One task waits to read and another to write on one stream. One is cancelled: the other waits on.
async def main():
    for cancelled in ("read", "write"):
        memory = Memory(room=0)
        stream = asyncio.StreamWriter(memory, {})

        async def write():
            stream.write(b"xyz")
            await stream.drain()

        tasks = {
            "read": asyncio.create_task(stream.read(4)),
            "write": asyncio.create_task(write()),
        }
        await turns(4)
        tasks[cancelled].cancel()
        await turns(4)
        memory.chunks.append(b"data")
        memory.room = 100
        await turns(6)
        del tasks[cancelled]
        emit("other-done", cancelled, [task.done() for task in tasks.values()])
        for task in tasks.values():
            task.cancel()
        await turns(4)


asyncio.run(main())
