# Exceptions that are no Exception, raised by main; then a program as if nothing had been.
import asyncio


class Own(BaseException):
    pass


async def fail(error):
    await asyncio.sleep(0)
    raise error


async def fine():
    await asyncio.sleep(0)
    return "fine"


for error in (SystemExit(3), KeyboardInterrupt("stop"), Own("own"), GeneratorExit("exit")):
    try:
        asyncio.run(fail(error))
        emit("raised", "nothing")
    except BaseException as caught:
        emit("raised", type(caught).__name__, caught is error)
    emit("next", asyncio.run(fine()))
