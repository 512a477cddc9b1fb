# Set by another thread while the loop has nothing to do but wait: a timer far off must not decide
# when the waiter wakes.
import _thread
import asyncio
import time

import micropython


def setter(flag, how):
    time.sleep_ms(4)
    if how == "schedule":
        micropython.schedule(flag_set, flag)
    else:
        flag.set()


def flag_set(flag):
    flag.set()


async def far():
    await asyncio.sleep(params["far"])
    emit("far")


async def main():
    flag = asyncio.ThreadSafeFlag()
    for number in range(3):
        task = asyncio.create_task(far()) if params["far"] else None
        await asyncio.sleep(0)
        emit("waits", number)
        _thread.start_new_thread(setter, (flag, params["how"]))
        await flag.wait()
        emit("woken", number)
        if task:
            task.cancel()


asyncio.run(main())
