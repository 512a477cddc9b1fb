# A waiter is cancelled in the round in which it is given what it waits for: it has it, or the next
# can have it.
async def wait(what):
    if params["what"] == "lock":
        await what.acquire()
    else:
        await what.wait()
    return "taken"


async def main():
    for after in range(4):
        lock = params["what"] == "lock"
        thing = asyncio.Lock() if lock else asyncio.ThreadSafeFlag()
        if lock:
            await thing.acquire()
        task = asyncio.create_task(wait(thing))
        await turns(3)
        thing.release() if lock else thing.set()
        await turns(after)
        task.cancel()
        try:
            came = await task
        except asyncio.CancelledError:
            came = "cancelled"
        if lock and came == "taken":
            thing.release()
        try:
            again = await wait_for_ms(wait(thing), 40)
        except asyncio.TimeoutError:
            again = "timeout"
        emit("met", after, came, again)


asyncio.run(main())
