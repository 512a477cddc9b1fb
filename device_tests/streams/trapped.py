# A task that waits for a stream traps its cancellation and waits for something else. The stream
# gets ready now: it must not wake.
async def wait(stream, how, other):
    try:
        if how == "read":
            await stream.read(4)
        else:
            stream.write(b"xyz")
            await stream.drain()
        emit("ended", how)
    except asyncio.CancelledError:
        emit("trapped", how)
    await other.wait()
    emit("woken", how, other.is_set())


async def main():
    for how in ("read", "write"):
        other = asyncio.Event()
        memory = Memory(room=0)
        task = asyncio.create_task(wait(asyncio.StreamWriter(memory, {}), how, other))
        await turns(3)
        task.cancel()
        await turns(3)
        memory.chunks.append(b"data")
        memory.room = 9
        await turns(5)
        emit("set-other")
        other.set()
        await task


asyncio.run(main())
