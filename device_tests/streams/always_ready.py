# Streams that are always ready, and no task besides that is: each has its share, and what gets
# ready beside one is served soon. A reader gives up in the end, so that a starved one is told.
async def read(stream, name):
    reader = asyncio.StreamReader(stream)
    while sum(reads.values()) < params["reads"] and not reads.get("over"):
        await reader.read(1)
        reads[name] += 1


async def write(stream, name):
    writer = asyncio.StreamWriter(stream, {})
    while sum(reads.values()) < params["reads"]:
        writer.write(b"x")
        await writer.drain()
        reads[name] += 1


class Endless(Memory):
    def __init__(self):
        Memory.__init__(self, b"x")

    def read(self, size=-1):
        return b"x"

    def write(self, data):
        return len(data)


async def share():
    for name in range(4):
        reads[name] = 0
    tasks = [asyncio.create_task(read(Endless(), name)) for name in range(3)]
    tasks.append(asyncio.create_task(write(Endless(), 3)))
    for task in tasks:
        await task
    emit("share", sorted(reads.values()))


async def drain(stream):
    writer = asyncio.StreamWriter(stream, {})
    writer.write(b"data")
    await writer.drain()


async def beside(what, first):
    reads.clear()
    reads["endless"] = 0
    flag, quiet = asyncio.ThreadSafeFlag(), Memory(room=0)
    work = {
        "reader": lambda: asyncio.StreamReader(quiet).read(4),
        "writer": lambda: drain(quiet),
        "flag": lambda: flag.wait(),
    }[what]
    if first:
        waiter = asyncio.create_task(work())
        await turns(2)
    endless = asyncio.create_task(read(Endless(), "endless"))
    if not first:
        await turns(8)
        waiter = asyncio.create_task(work())
    await turns(8)
    quiet.chunks.append(b"data")
    quiet.room = 100
    flag.set()
    before = reads["endless"]
    await waiter
    emit("beside", what, reads["endless"] - before)
    reads["over"] = True
    await endless


reads = {}
if params["beside"]:
    for what in ("reader", "writer", "flag"):
        for first in (True, False):
            asyncio.run(beside(what, first))
else:
    asyncio.run(share())
