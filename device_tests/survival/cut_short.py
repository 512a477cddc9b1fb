# A task is cancelled, stopped or timed out as what it awaits ends: the value or the exception is
# still there for whoever awaits it.
async def job(event):
    await event.wait()
    if params["ends"] == "failure":
        raise ValueError("the job's own")
    return "value"


async def wait(task, how):
    if how == "gather":
        return await asyncio.gather(task)
    if how == "wait_for":
        return await wait_for_ms(task, 60000)
    return await task


async def main():
    asyncio.get_event_loop().set_exception_handler(lambda loop, context: None)
    for how in ("await", "gather", "wait_for"):
        for after in range(4):
            event = asyncio.Event()
            task = asyncio.create_task(job(event))
            await turns(1)
            waiter = asyncio.create_task(wait(task, how))
            await turns(3)
            event.set()
            await turns(after)
            waiter.cancel()
            try:
                await waiter
                waited = "value"
            except asyncio.CancelledError:
                waited = "cancelled"
            except ValueError:
                waited = "failure"
            await turns(3)
            try:
                still = await task
            except asyncio.CancelledError:
                still = "cancelled"
            except ValueError:
                still = "failure"
            emit("met", how, after, waited, still)


asyncio.run(main())
