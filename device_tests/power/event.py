# One task waits for an Event that another sets when its sleep is over.
import asyncio


async def setter(event):
    await asyncio.sleep_ms(params["window_ms"])
    note("setter wakes, sets the event")
    event.set()


async def main():
    event = asyncio.Event()
    task = asyncio.create_task(setter(event))
    begin()
    await event.wait()
    done()
    note("waiting task runs")
    await task


frame(lambda: asyncio.run(main()))
