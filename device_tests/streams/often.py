# One stream, so often that a count of eight bits is full: reads of each way, writes.
async def feed(chunk):
    memory.chunks.append(chunk)


async def reads(number):
    # Each has to wait.
    text = b"%d\n" % number
    task = asyncio.create_task(feed(text))
    way = number % 4
    if way == 0:
        got = await stream.readline()
    elif way == 1:
        got = await stream.read(9)
    elif way == 2:
        got = await stream.readexactly(len(text))
    else:
        buffer = bytearray(9)
        got = bytes(buffer[: await into(buffer)])
    await task
    return got == text


async def into(buffer):
    # One that finds nothing after all is the next test's.
    while True:
        count = await stream.readinto(buffer)
        if count is not None:
            return count


async def room():
    memory.room = 9


async def writes(number):
    # Each has to wait for room.
    memory.room = 0
    text = b"%d\n" % number
    stream.write(text)
    task = asyncio.create_task(room())
    await stream.drain()
    await task
    return memory.pieces.pop() == text


async def main():
    work, right = {"reads": reads, "writes": writes}[params["what"]], 0
    for number in range(params["times"]):
        right += await work(number)
    emit("count", right)


memory = Memory()
stream = asyncio.StreamReader(memory)
asyncio.run(main())
