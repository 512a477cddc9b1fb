# The host reads a little at a time, or comes to it late.
async def tick():
    global ticks
    while True:
        await pause(1)
        ticks += 1


async def main():
    global ticks
    task = asyncio.create_task(tick())
    reader, writer = await asyncio.open_connection(HOST, PORT)
    for number in range(params["blocks"]):
        writer.write(bytes([48 + number % 64]) * params["size"])
        await writer.drain()
    await finish(writer)
    emit("sent")
    task.cancel()


ticks = 0
asyncio.run(main())
