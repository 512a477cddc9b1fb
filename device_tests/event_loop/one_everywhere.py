# The loop, asked for after runs that failed, in a callback of the firmware and in another thread.
import asyncio

first = asyncio.get_event_loop()
asked = {}


async def main(error):
    asked["in a run after", error] = asyncio.get_event_loop()
    await pause(1)
    if error:
        raise error


def in_callback(_):
    asked["in a callback", None] = asyncio.get_event_loop()


def in_thread():
    asked["in a thread", None] = asyncio.get_event_loop()


async def look(kind):
    for _ in range(500):
        if (kind, None) in asked:
            break
        await pause(1)


for error in (None, ValueError("of the test"), asyncio.CancelledError(), None):
    try:
        asyncio.run(main(error))
    except BaseException as raised:
        if raised is not error:
            raise
    asked["after", error] = asyncio.get_event_loop()
asyncio.new_event_loop()
asked["after new_event_loop", None] = asyncio.get_event_loop()
try:
    from micropython import schedule

    schedule(in_callback, 0)
    asyncio.run(look("in a callback"))
except ImportError:
    pass
if params["threads"]:
    from _thread import start_new_thread

    start_new_thread(in_thread, ())
    asyncio.run(look("in a thread"))
for (when, error), loop in asked.items():
    emit("asked", when, type(error).__name__, loop is first)
