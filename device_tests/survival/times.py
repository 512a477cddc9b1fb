# Put in front of this chapter's scripts: milliseconds, also where asyncio has none (CPython), and
# a task that holds the loop until times are over.
import asyncio
import time


async def turns(count):
    for _ in range(count):
        await asyncio.sleep(0)


try:
    sleep_ms, wait_for_ms, block_ms = asyncio.sleep_ms, asyncio.wait_for_ms, time.sleep_ms
except AttributeError:

    def sleep_ms(ms):
        return asyncio.sleep(ms / 1000)

    def wait_for_ms(awaitable, ms):
        return asyncio.wait_for(awaitable, ms / 1000)

    def block_ms(ms):
        time.sleep(ms / 1000)
