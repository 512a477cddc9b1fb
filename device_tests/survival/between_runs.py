# What happens between two runs of the loop is there for the second.
async def first():
    # Others wait by then, and are left; or nothing has waited at all.
    if params["waits"]:
        try:
            await asyncio.wait_for_ms(wait(), 5)
        except asyncio.TimeoutError:
            pass
    await turns(2)


async def wait():
    if params["what"] == "flag":
        await flag.wait()
        return "set"
    if params["what"] == "event":
        await event.wait()
        return "set"
    if params["what"] == "lock":
        async with lock:
            return "taken"
    if params["what"] == "data":
        return await stream.readline()
    await stream.drain()
    return memory.written()


async def second():
    try:
        return await asyncio.wait_for_ms(wait(), 2000)
    except asyncio.TimeoutError:
        return "timeout"


async def take():
    await lock.acquire()


flag, event, lock = asyncio.ThreadSafeFlag(), asyncio.Event(), asyncio.Lock()
memory = Memory(room=0)
stream = asyncio.StreamWriter(memory, {})
if params["what"] == "lock":
    asyncio.run(take())
if params["what"] == "output":
    stream.write(b"data\n")
asyncio.run(first())
flag.set()
event.set()
memory.chunks.append(b"data\n")
memory.room = 100
if params["what"] == "lock":
    lock.release()
emit("got", asyncio.run(second()))
