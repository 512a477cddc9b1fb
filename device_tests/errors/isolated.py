# Some of many tasks fail, at different times; the others must not notice.
import asyncio
import gc

ended = []
handled = []


async def worker(number):
    for turn in range(number % 4):
        await asyncio.sleep(0)
    if number % 3 == 0:
        raise ValueError(number)
    await pause(1)
    ended.append(number)


async def main():
    loop = asyncio.get_event_loop()
    loop.set_exception_handler(lambda loop, context: handled.append(context["exception"].args[0]))
    tasks = [asyncio.create_task(worker(number)) for number in range(params["tasks"])]
    for number, task in enumerate(tasks):
        if number % 3:
            await task
    tasks = task = None
    for _ in range(5):
        await asyncio.sleep(0)
        gc.collect()
    emit("ended", sorted(ended))
    emit("handled", sorted(handled))


asyncio.run(main())
