# Between two parts of what a peer sends an hour passes, by the loop's clock.
import time
from asyncio import core


def ticks():
    return time.ticks_add(time.ticks_ms(), ahead)


async def slow(reader, writer):
    global ahead
    for part in (b"first ", b"last\n"):
        writer.write(part)
        await writer.drain()
        end = time.ticks_add(time.ticks_ms(), params["settle_ms"])
        while time.ticks_diff(end, time.ticks_ms()) > 0:  # what was written comes, and is read
            await asyncio.sleep_ms(0)
        ahead += 3600000
        for _ in range(20):
            await asyncio.sleep_ms(0)
    await finish(writer)


async def main():
    server, port = await serve(slow)
    for how in params["how"]:
        reader, writer = await asyncio.open_connection(HOST, port)
        if how == "all":
            emit(how, await reader.read())
        elif how == "line":
            emit(how, await reader.readline())
        else:
            emit(how, await reader.readexactly(11))
        await finish(writer)
    server.close()
    await server.wait_closed()


ahead, core.ticks = 0, ticks
asyncio.run(main())
