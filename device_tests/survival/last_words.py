# What was written before a stream is closed, while it had no room, is sent first.
async def main():
    memory = Memory(room=0)
    writer = asyncio.StreamWriter(memory, {})
    writer.write(b"last words")
    writer.close()
    task = asyncio.create_task(writer.wait_closed())
    await asyncio.sleep_ms(3)
    memory.room = 100
    for _ in range(200):
        if memory.closed:
            break
        await asyncio.sleep_ms(2)
    emit("written", memory.written(), memory.closed)
    task.cancel()


asyncio.run(main())
