# Threads that each run a loop, one after another; in each a task fails, and every other run ends by
# an exception. Then the first thread's loop, whose next timer is far off, and a flag.
import _thread
import asyncio
import time
from time import ticks_diff, ticks_us


def hear(loop, context):
    heard.append(context["exception"].args[0])


async def fails(number):
    raise ValueError(number)


async def main(number):
    asyncio.get_event_loop().set_exception_handler(hear)
    asyncio.create_task(fails(number))
    got = await asyncio.wait_for_ms(one_turn(number), 60000)
    await asyncio.sleep_ms(1)
    if number % 2:
        raise OSError(number)
    return got


async def one_turn(number):
    await asyncio.sleep(0)
    return number


def loop(number):
    try:
        log.append(asyncio.run(main(number)))
    except OSError as error:
        log.append(("raised", error.args[0]))
    except Exception as error:
        log.append(repr(error))


def sets():
    global at
    for number in range(3):
        for _ in range(3000):
            if asked > number:
                break
            time.sleep_ms(1)
        time.sleep_ms(8)
        at = ticks_us()
        flag.set()


async def rest():
    await asyncio.sleep_ms(60000)


async def after():
    global asked
    far = asyncio.create_task(rest())
    for number in range(3):
        asked = number + 1
        try:
            await asyncio.wait_for_ms(flag.wait(), 500)
        except asyncio.TimeoutError:
            pass
        late.append(ticks_diff(ticks_us(), at))
    far.cancel()


# every name is there before the threads: where no lock guards them they are not to move
log, heard, late, asked, at, flag = [], [], [], 0, ticks_us(), asyncio.ThreadSafeFlag()
for number in range(params["threads"]):
    _thread.start_new_thread(loop, (number,))
    for _ in range(3000):
        if len(log) > number:
            break
        time.sleep_ms(1)
    time.sleep_ms(1)  # its thread ends
_thread.start_new_thread(sets, ())
asyncio.run(after())
emit("log", log)
emit("heard", heard)
emit("late", late)
