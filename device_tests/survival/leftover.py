# A task is left when main ends: it is cancelled, or goes on in the next run. It ends once.
async def left():
    try:
        await pause(6)
        log.append("slept")
    except asyncio.CancelledError:
        log.append("cancelled")
        raise
    finally:
        log.append("finally")


async def first():
    asyncio.create_task(left())
    await turns(2)
    if params["raises"]:
        raise ValueError("main's own")


async def second():
    await pause(25)


log = []
try:
    asyncio.run(first())
except ValueError:
    pass
asyncio.run(second())
emit("log", log)
