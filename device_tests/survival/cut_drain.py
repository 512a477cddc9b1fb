# A drain is cut short, once or again, before anything was sent, or when a part was: in the end
# every byte is there.
async def cut(by, room, times):
    memory = Memory(room=0)
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b"abcdef")
    for _ in range(times):
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
        for room, times in ((0, 1), (3, 1), (0, 3)):
            await cut(by, room, times)


asyncio.run(main())
