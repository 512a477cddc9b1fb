# The time is over by the time that somebody brings what is waited for: it remains for the next.
import time


async def wait(what, thing):
    if what == "lock":
        await thing.acquire()
        return "taken"
    if what == "flag":
        await thing.wait()
        return "taken"
    if what == "line":
        return await asyncio.StreamReader(thing).readline()
    if what == "exactly":
        return await asyncio.StreamReader(thing).readexactly(4)
    return await asyncio.StreamReader(thing).read(4)


async def timed(what, thing, ms):
    try:
        return await asyncio.wait_for_ms(wait(what, thing), ms)
    except asyncio.TimeoutError:
        return "timeout"


async def main():
    for what in params["kinds"]:
        if what == "lock":
            thing = asyncio.Lock()
            await thing.acquire()
        else:
            thing = asyncio.ThreadSafeFlag() if what == "flag" else Memory()
        if params["by"] == "timeout":
            task = asyncio.create_task(timed(what, thing, 15))
        else:
            task = asyncio.create_task(wait(what, thing))
        await turns(4)
        if params["by"] == "timeout":
            time.sleep_ms(25)
        else:
            task.cancel()
        if what == "lock":
            thing.release()
        elif what == "flag":
            thing.set()
        else:
            thing.chunks.append(b"one\n")
        try:
            came = await task
        except asyncio.CancelledError:
            came = "cancelled"
        emit("met", what, came, await timed(what, thing, 1000))


asyncio.run(main())
