# Several flags are set in one go, by a task or by a callback, and nothing else happens.
import asyncio


async def wait(number, flag):
    await flag.wait()
    woken.append(number)


def set_all(order):
    for number in order:
        flags[number].set()


async def main():
    for order in params["orders"]:
        tasks = [asyncio.create_task(wait(*each)) for each in enumerate(flags)]
        await asyncio.sleep_ms(1)
        if params["by"] == "callback":
            import micropython

            micropython.schedule(set_all, order)
        else:
            set_all(order)
        for _ in range(50):
            await asyncio.sleep_ms(1)
            if len(woken) == len(flags):
                break
        emit("woken", sorted(woken))
        woken.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


flags, woken = [asyncio.ThreadSafeFlag() for _ in range(4)], []
asyncio.run(main())
