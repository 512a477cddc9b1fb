# No bytes are asked for, and there are none.
async def main():
    task = asyncio.create_task(asyncio.StreamReader(Memory()).readexactly(0))
    await turns(3)
    emit("read", task.done() and await task)


asyncio.run(main())
