# A gather of several sleeps of the same length.
import asyncio


async def sleeper():
    await asyncio.sleep_ms(params["window_ms"])
    note("a sleeper wakes")


async def main():
    begin()
    await asyncio.gather(sleeper(), sleeper(), sleeper())
    done()
    note("main task runs")


frame(lambda: asyncio.run(main()))
