# A task, not main, raises SystemExit or KeyboardInterrupt: it ends the program.
import asyncio

log = []


async def fail(error):
    await asyncio.sleep(0)
    raise error


async def main(error):
    asyncio.create_task(fail(error))
    for _ in range(5):
        await pause(1)
    log.append("main ended")


async def fine():
    return "fine"


for error in (SystemExit(2), KeyboardInterrupt("stop")):
    try:
        asyncio.run(main(error))
        emit("left", "nothing")
    except BaseException as caught:
        emit("left", type(caught).__name__, caught is error)
asyncio.new_event_loop()
emit("log", log)
emit("next", asyncio.run(fine()))
