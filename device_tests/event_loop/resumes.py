# Tasks that wait for events of their own, set one by one in another order.
import asyncio

log = []


async def waiter(number, event):
    await event.wait()
    log.append(("resumed", number))


async def main():
    count = len(params["order"])
    events = [asyncio.Event() for _ in range(count)]
    tasks = [asyncio.create_task(waiter(n, events[n])) for n in range(count)]
    for _ in range(3):
        await asyncio.sleep(0)
    for number in params["order"]:
        log.append(("set", number))
        events[number].set()
        for _ in range(3):
            await asyncio.sleep(0)
    for task in tasks:
        await task
    emit("log", log)


asyncio.run(main())
