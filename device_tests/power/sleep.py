# One long sleep, nothing else.
import asyncio


async def main():
    begin()
    await asyncio.sleep_ms(params["window_ms"])
    done()
    note("main task runs")


frame(lambda: asyncio.run(main()))
