# A drain is cut short before anything was sent, or when a part was: in the end every byte is there.
async def cut(by, room):
    memory = Memory(room=0)
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b"abcdef")
    drain = stream.drain()
    task = asyncio.create_task(asyncio.wait_for_ms(drain, 15) if by == "timeout" else drain)
    await turns(4)
    memory.room = room
    await turns(4)
    if by == "cancel":
        task.cancel()
    try:
        await task
    except (asyncio.TimeoutError, asyncio.CancelledError):
        pass
    memory.room = 100
    stream.write(b"gh")
    await stream.drain()
    emit("written", by, room, memory.written())


async def main():
    for by in ("cancel", "timeout"):
        for room in (0, 3):
            await cut(by, room)


asyncio.run(main())
