# What is awaited ends as its time runs out, before anybody has had a turn: who is told of it?
async def job(event, told, after):
    try:
        await event.wait()
        await turns(after)
    except asyncio.CancelledError:
        told.append("cancelled")
        raise
    if params["ends"] == "failure":
        raise ValueError("the job's own")
    told.append("ended")
    return "value"


def awaitable(kind, *args):
    if kind == "task":
        return asyncio.create_task(job(*args))
    if kind == "gather":
        return asyncio.gather(job(*args), job(*args))
    if kind == "nested":
        return wait_for_ms(job(*args), 60000)
    return job(*args)


async def wait(what):
    try:
        return await wait_for_ms(what, 20)
    except asyncio.TimeoutError:
        return "timeout"
    except ValueError:
        return "failure"


async def main():
    loop = asyncio.get_event_loop()
    for kind in params["kinds"]:
        for late in (False, True):
            for after in (0, 1, 2):
                told, event = [], asyncio.Event()
                loop.set_exception_handler(lambda loop, context: told.append("handler"))
                task = asyncio.create_task(wait(awaitable(kind, event, told, after)))
                await turns(4)
                if late:
                    block_ms(30)
                event.set()  # it can go on, and its time is over
                if not late:
                    block_ms(30)
                came = await task
                await turns(4)
                emit("met", kind, late, after, came, told)


asyncio.run(main())
