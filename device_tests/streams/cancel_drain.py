# A drain that sent a part is cancelled; a later one sends the rest.
async def main():
    memory = Memory(room=0)
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b"abcdefgh")
    task = asyncio.create_task(stream.drain())
    await turns(2)
    memory.room = 3
    await turns(3)
    emit("before", memory.written(), task.done())
    task.cancel()
    await turns(2)
    memory.room = 99
    await stream.drain()
    emit("written", memory.written())


asyncio.run(main())
