# The loop is stopped as values and data are on their way: they arrive when it runs on.
async def wait(task):
    emit("value", await task)


async def job(event):
    await event.wait()
    return "value"


async def read(stream):
    emit("read", await stream.readexactly(6))


async def stopper():
    loop = asyncio.get_event_loop()
    event, memory = asyncio.Event(), Memory()
    asyncio.create_task(wait(asyncio.create_task(job(event))))
    asyncio.create_task(read(asyncio.StreamReader(memory)))
    await turns(3)
    event.set()
    memory.chunks.append(b"abc")
    loop.stop()
    await turns(2)
    memory.chunks.append(b"def")
    loop.stop()
    await turns(6)
    await asyncio.sleep_ms(3)
    loop.stop()


loop = asyncio.get_event_loop()
loop.create_task(stopper())
for number in range(3):
    loop.run_forever()
    emit("stopped", number)
