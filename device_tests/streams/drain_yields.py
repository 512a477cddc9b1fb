# A task writes and drains for ever on a stream that always has room; another one wants a turn.
async def writer(stream):
    while not state["seen"] and state["rounds"] < 500:
        state["rounds"] += 1
        stream.write(b"x")
        await stream.drain()


state = {"seen": False, "rounds": 0}


async def main():
    task = asyncio.create_task(writer(asyncio.StreamWriter(Memory(), {})))
    await turns(3)
    state["seen"] = True
    await task
    emit("rounds", state["rounds"])


asyncio.run(main())
