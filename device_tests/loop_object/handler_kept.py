# Does a handler that was set stay set in the next program?
import asyncio

loop = asyncio.get_event_loop()
calls = []


def handler(given, context):
    calls.append(str(context["exception"]))


async def fail(name):
    raise ValueError(name)


async def main(name):
    asyncio.create_task(fail(name))
    for _ in range(3):
        await asyncio.sleep(0)


loop.set_exception_handler(handler)
for name in ("a", "b"):
    asyncio.run(main(name))
emit("kept", loop.get_exception_handler() is handler)
emit("calls", calls)
