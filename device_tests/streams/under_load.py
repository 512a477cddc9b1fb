# Tasks that are always ready, a stream that always has data, and a timer: who starves?
async def spin():
    while not state["over"]:
        state["spins"] += 1
        await asyncio.sleep(0)


async def read(stream):
    while not state["over"]:
        await stream.read(1)
        state["reads"] += 1


state = {"spins": 0, "reads": 0, "over": False}


async def main():
    endless = Memory()
    tasks = []
    if params["spinners"]:
        tasks += [asyncio.create_task(spin()) for _ in range(params["spinners"])]
    if params["readers"]:
        endless.read = lambda size: b"x"
        endless.chunks.append(b"x")
        tasks.append(asyncio.create_task(read(asyncio.StreamReader(endless))))
    quiet = Memory()
    waiter = asyncio.create_task(asyncio.StreamReader(quiet).read(4))
    await turns(3)
    quiet.chunks.append(b"data")
    before = state["spins"], state["reads"]
    await waiter
    emit("stream", state["spins"] - before[0], state["reads"] - before[1])
    await pause(5)
    emit("timer")
    state["over"] = True
    for task in tasks:
        await task
    emit("counts", state["spins"] > 0, state["reads"] > 0)


asyncio.run(main())
