# Exceptions of several classes with data of their own, through tasks and handlers.
import asyncio


class Own(Exception):
    def __init__(self, code):
        super().__init__("own", code)
        self.code = code


async def fail(error):
    await asyncio.sleep(0)
    raise error


async def main():
    for error in (Own(7), OSError(5), KeyError("k"), RuntimeError(), AssertionError("a")):
        try:
            await asyncio.create_task(fail(error))
            emit("raised", "nothing")
        except Exception as caught:
            emit("raised", type(caught).__name__, caught.args, caught is error)
            if isinstance(caught, Own):
                emit("code", caught.code)


asyncio.run(main())
