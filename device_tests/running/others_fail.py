# Other tasks fail: one before main ends, others, left behind, when they are cancelled, if they are.
import asyncio


class Stop(Exception):
    pass


def quiet(loop, context):
    pass


async def fails():
    raise ValueError("before")


async def left(how):
    try:
        await event.wait()
    except asyncio.CancelledError:
        if how == "instead":
            raise OSError(how)
        if how == "later":
            await asyncio.sleep(0)
            raise KeyError(how)
        raise
    finally:
        if how == "finally":
            raise ValueError(how)


async def main(raises):
    global event
    event = asyncio.Event()
    asyncio.get_event_loop().set_exception_handler(quiet)
    asyncio.create_task(fails())
    for how in ("instead", "later", "finally"):
        asyncio.create_task(left(how))
    for _ in range(4):
        await asyncio.sleep(0)
    if raises:
        raise Stop
    return "value"


for raises in (False, True, False):
    try:
        emit("ended", "returned", asyncio.run(main(raises)))
    except Exception as error:
        emit("ended", "raised", type(error).__name__)
