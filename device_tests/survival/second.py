# A second task waits for what one waits for already: it is refused, or both are served in turn.
# The first is never forgotten.
async def read(memory):
    await asyncio.StreamReader(memory).read(4)


async def write(memory):
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b"data")
    await stream.drain()


async def wait(flag):
    await flag.wait()


async def one(name, work):
    try:
        await work
        ended.append(name)
    except Exception:
        ended.append(name + " refused")


ended = []


async def main():
    what = params["what"]
    thing = Memory(room=0) if what != "flag" else asyncio.ThreadSafeFlag()
    work = {"reader": read, "writer": write, "flag": wait}[what]
    tasks = []
    for name in ("first", "second"):
        tasks.append(asyncio.create_task(one(name, work(thing))))
        await turns(3)
    emit("before", list(ended))
    for _ in range(2):
        if what == "flag":
            thing.set()
        elif what == "reader":
            thing.chunks.append(b"data")
        else:
            thing.room = 4
        await turns(6)
        await asyncio.sleep_ms(3)
    emit("ended", ended)
    if what == "writer":
        emit("written", thing.written())
    for task in tasks:
        task.cancel()


asyncio.run(main())
