# Which of the Loop's methods are there to be called?
import asyncio


async def main():
    loop = asyncio.get_event_loop()
    for name in params["methods"]:
        emit("method", name, callable(getattr(loop, name, None)))


asyncio.run(main())
