# A lock is released, a flag set, as the time of who waits for it runs out: it was taken, or is
# there for the next.
async def wait(what):
    try:
        await wait_for_ms(what, 20)
        return "taken"
    except asyncio.TimeoutError:
        return "timeout"


async def main():
    lock = params["what"] == "lock"
    for late in (False, True):
        thing = asyncio.Lock() if lock else asyncio.ThreadSafeFlag()
        if lock:
            await thing.acquire()
        task = asyncio.create_task(wait(thing.acquire() if lock else thing.wait()))
        await turns(4)
        if late:
            block_ms(30)
        thing.release() if lock else thing.set()
        await turns(params["turns"])
        if not late:
            block_ms(30)
        came = await task
        if lock and came == "taken":
            thing.release()
        again = await wait(thing.acquire() if lock else thing.wait())
        emit("met", late, came, again)


asyncio.run(main())
