# The host vanishes: it acknowledges nothing and says nothing. A read and a drain can be timed out,
# others run meanwhile, and the next connection is as good as ever.
async def tick():
    global ticks
    while True:
        await pause(2)
        ticks += 1


async def drains(writer):
    while True:
        writer.write(bytes(1000))
        await writer.drain()


async def main():
    global ticks
    task = asyncio.create_task(tick())
    reader, writer = await asyncio.open_connection(HOST, PORT)
    writer.write(b"vanish\n")
    await writer.drain()
    emit("line", await reader.readline())
    ticks = 0
    try:
        work = reader.read(1) if params["reads"] else drains(writer)
        emit("early", await asyncio.wait_for(work, seconds(150)))
    except asyncio.TimeoutError:
        emit("timeout", ticks)
    except OSError:
        emit("early", "OSError")
    writer.close()
    reader, writer = await asyncio.open_connection(HOST, PORT)
    writer.write(b"answer\n")
    await writer.drain()
    emit("next", await reader.readline())
    await finish(writer)
    task.cancel()


ticks = 0
asyncio.run(main())
