# A sleep after the loop handled an exception that a task let out.
import asyncio


async def fails():
    note("task raises")
    raise ValueError


async def main():
    handled = []
    asyncio.get_event_loop().set_exception_handler(lambda loop, context: handled.append(1))
    asyncio.create_task(fails())
    while not handled:
        await asyncio.sleep_ms(1)
    begin()
    await asyncio.sleep_ms(params["window_ms"])
    done()
    note("main task runs")


frame(lambda: asyncio.run(main()))
