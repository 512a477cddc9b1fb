# Each of several tasks reads its own stream; the data come in another order.
async def main():
    memories = [Memory() for _ in range(6)]
    tasks = [asyncio.create_task(asyncio.StreamReader(memory).read(9)) for memory in memories]
    await turns(3)
    for number in (4, 1, 5, 0, 3, 2):
        memories[number].chunks.append(b"for %d" % number)
        await turns(4)
        emit("done", [task.done() for task in tasks])
    for task in tasks:
        emit("got", await task)
    # And all at once.
    tasks = [asyncio.create_task(asyncio.StreamReader(memory).read(9)) for memory in memories]
    await turns(3)
    for number, memory in enumerate(memories):
        memory.chunks.append(b"again %d" % number)
    await turns(9)
    for task in tasks:
        emit("again", task.done() and await task)


asyncio.run(main())
