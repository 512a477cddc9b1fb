# The same is done over and over before anybody had a turn: how many times does not matter.
import asyncio


async def turns():
    for _ in range(6):
        await asyncio.sleep(0)


async def ended(task):
    """Whether it ended by itself within some turns."""
    await turns()
    done = task.done()
    task.cancel()
    await turns()
    return done


async def waits(what):
    await what.wait()


def over(do, times):
    for _ in range(times >> 2):  # four at a time: the counting costs as much
        do()
        do()
        do()
        do()
    for _ in range(times & 3):
        do()


async def flag(times):
    here = asyncio.ThreadSafeFlag()
    task = asyncio.create_task(waits(here))
    await turns()
    over(here.set, times)
    return await ended(task), await ended(asyncio.create_task(waits(here)))


async def flag_before(times):
    here = asyncio.ThreadSafeFlag()
    over(here.set, times)
    return (
        await ended(asyncio.create_task(waits(here))),
        await ended(asyncio.create_task(waits(here))),
    )


async def flag_cleared(times):
    here = asyncio.ThreadSafeFlag()
    over(here.clear, times)
    here.set()
    first = await ended(asyncio.create_task(waits(here)))
    over(here.set, times)
    here.clear()
    return first, await ended(asyncio.create_task(waits(here)))


async def event(times):
    here = asyncio.Event()
    task = asyncio.create_task(waits(here))
    await turns()
    over(here.set, times)
    woken = here.is_set() and await ended(task)
    over(here.clear, times)
    return woken, here.is_set()


async def cancel(times):
    heard = []

    async def sleeps():
        for _ in range(3):
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                heard.append(1)

    task = asyncio.create_task(sleeps())
    await turns()
    over(task.cancel, times)
    await turns()
    told = len(heard)
    while not task.done():
        task.cancel()
        await turns()
    return told == 1, told > 1


async def main():
    do = {
        "flag": flag,
        "flag before": flag_before,
        "flag cleared": flag_cleared,
        "event": event,
        "cancel": cancel,
    }
    for what in params["what"]:
        for times in params["times"]:
            first, second = await do[what](times)
            emit("did", what, times, first, second)


asyncio.run(main())
