# The host does not read at all until it is told to: a drain waits for that, others run, and all
# that was written arrives.
async def tick():
    global ticks
    while True:
        await pause(2)
        ticks += 1


async def fill(writer):
    global sent
    while not over:
        writer.write(bytes([48 + sent % 64]) * params["size"])
        sent += 1
        await writer.drain()
    await finish(writer)


async def main():
    global over, ticks
    task = asyncio.create_task(tick())
    reader, writer = await asyncio.open_connection(HOST, PORT)
    writer.write(b"fill\n")
    await writer.drain()
    filling = asyncio.create_task(fill(writer))
    before = -1
    while sent != before and sent < params["most"]:
        before, ticks = sent, 0
        await pause(60)
    emit("full", sent == before, ticks)
    over = True
    other, go = await asyncio.open_connection(HOST, PORT)
    go.write(b"go\n")
    await go.drain()
    await filling
    emit("sent", sent)
    await other.read()
    await finish(go)
    task.cancel()


over, ticks, sent = False, 0, 0
asyncio.run(main())
