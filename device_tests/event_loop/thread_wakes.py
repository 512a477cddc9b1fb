# The only task waits for a flag that another thread sets once it has done its work.
import _thread
import asyncio
import time

flag = asyncio.ThreadSafeFlag()
steps = []


def work():
    for step in range(params["steps"]):
        steps.append(step)
        time.sleep_ms(1)
    flag.set()


async def main():
    _thread.start_new_thread(work, ())
    await flag.wait()
    emit("resumed", list(steps))


asyncio.run(main())
