# run_forever with one sleeping task, which then stops the loop.
import asyncio

loop = asyncio.get_event_loop()


async def stopper():
    begin()
    await asyncio.sleep_ms(params["window_ms"])
    done()
    note("task wakes, stops the loop")
    loop.stop()


def wait():
    loop.create_task(stopper())
    loop.run_forever()


frame(wait)
