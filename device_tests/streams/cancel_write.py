# A task that waits for room is cancelled; while there is still none another waits in its place.
async def work(stream, data):
    stream.write(data)
    await stream.drain()
    return "drained"


async def main():
    memory = Memory(room=0)
    for _ in range(2):
        task = asyncio.create_task(work(asyncio.StreamWriter(memory, {}), b"first"))
        await turns(3)
        task.cancel()
        await turns(3)
        task = asyncio.create_task(work(asyncio.StreamWriter(memory, {}), b"second"))
        await turns(3)
        memory.room = 6
        emit("second", await task)
    emit("written", memory.written())


asyncio.run(main())
