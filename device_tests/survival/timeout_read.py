# Data come as the time for them runs out: they were read, or are there for the next reader.
import time


async def exactly(stream):
    return await stream.readexactly(4)


async def line(stream):
    return await stream.readline()


async def some(stream):
    return await stream.read(4)


async def into(stream):
    buffer = bytearray(4)
    count = await stream.readinto(buffer)
    return bytes(buffer[:count])


async def wait(what, got):
    try:
        got.append(await asyncio.wait_for_ms(what, 20))
    except asyncio.TimeoutError:
        got.append(b"")


async def main():
    for how in (exactly, line, some, into):
        for late in (False, True):
            memory, got = Memory(), []
            task = asyncio.create_task(wait(how(asyncio.StreamReader(memory)), got))
            await turns(4)
            if late:
                time.sleep_ms(30)
            memory.chunks.append(b"one\n")
            await turns(1)  # the loop sees them
            if not late:
                time.sleep_ms(30)
            await task
            emit("came", how.__name__, late, b"".join(got + memory.chunks))


asyncio.run(main())
