# More than a thousand bytes through a stream that takes a few at a time.
async def main():
    memory = Memory(limit=197)
    stream = asyncio.StreamWriter(memory, {})
    data = bytes(i * 7 & 255 for i in range(1100))
    stream.write(data)
    # A drain that begins again never ends: stop it.
    task = asyncio.create_task(stream.drain())
    for _ in range(30):
        await turns(1)
        if task.done():
            break
    emit("done", task.done())
    emit("written", len(memory.written()), memory.written() == data)


asyncio.run(main())
