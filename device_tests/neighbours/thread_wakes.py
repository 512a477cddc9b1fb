# A loop in a second thread, in which the next timer is far off: what comes from outside of the
# loop wakes its task, and how late? The main thread brings it about, or a device by itself.
import _thread

import micropython

TIMES = 4


async def on_flag():
    await flag.wait()


async def on_device():
    await read(device)


async def on_callback():
    await flag.wait()


async def main():
    global asked
    pacer = asyncio.create_task(pace(300))
    wait = {"flag": on_flag, "device": on_device, "callback": on_callback}[params["what"]]
    for number in range(TIMES):
        asked = number + 1
        await wait()
        late.append(ticks_diff(ticks_us(), at))
        while ready <= number:
            await sleep_ms(1)
    pacer.cancel()


def loop():
    global ended
    try:
        asyncio.run(main())
    except Exception as error:
        late.append(repr(error))
    ended = True


def sets(_):
    flag.set()


def bring_about():
    global at
    if params["what"] == "device":
        device.reads(12)
        at = device.read_at
        return
    time.sleep_ms(12)
    at = ticks_us()
    if params["what"] == "flag":
        flag.set()
    else:
        micropython.schedule(sets, 0)


def until(done):
    for _ in range(3000):
        if done() or ended:
            break
        time.sleep_ms(1)


def beside():
    global ready
    _thread.start_new_thread(loop, ())
    for number in range(TIMES):
        until(lambda: asked > number)
        bring_about()
        until(lambda: len(late) > number)
        device.reads(None)
        ready = number + 1
    until(lambda: False)


# Every name is there before the thread: where no lock guards them they are not to move.
late, asked, ready, ended, at = [], 0, 0, False, 0
flag, device = asyncio.ThreadSafeFlag(), Device()
beside()
emit("over", ended)
emit("late", late)
