# A task reads a stream to which nobody writes: the board's own standard input.
import asyncio
import sys


async def main():
    reader = asyncio.StreamReader(sys.stdin)
    begin()
    try:
        await asyncio.wait_for_ms(reader.read(1), params["window_ms"])
    except asyncio.TimeoutError:
        pass
    done()
    note("time-out wakes the task")


frame(lambda: asyncio.run(main()))
