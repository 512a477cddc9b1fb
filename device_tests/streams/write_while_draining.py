# One task drains, slowly; another one writes to the same stream, and drains or does not.
async def first(stream):
    stream.write(b"first.")
    await stream.drain()


async def main():
    for drains in (False, True):
        memory = Memory(room=0)
        stream = asyncio.StreamWriter(memory, {})

        async def second():
            stream.write(b"second.")
            if drains:
                await stream.drain()

        tasks = [asyncio.create_task(first(stream))]
        await turns(3)
        tasks.append(asyncio.create_task(second()))
        await turns(3)
        for _ in range(20):
            memory.room = 2
            await turns(3)
        problems = []
        for task in tasks:
            if not task.done():
                problems.append("waits")
                task.cancel()
                continue
            try:
                await task
            except Exception as error:
                problems.append(type(error).__name__)
        memory.room = 100
        if not problems:
            await stream.drain()
        emit("written", drains, memory.written(), problems)


asyncio.run(main())
