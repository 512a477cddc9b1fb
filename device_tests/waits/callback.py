# A callback of the firmware comes in the midst of a wait: how late does it run?
import io

MS, WAIT = params["ms"], params["wait_ms"]
PATIENCE = 500


def emit_late(took):
    emit("late", took)
    emit("zero", [zero(), zero(), zero(), zero()])


def zero():
    start = ticks_us()
    _poller.poll(0)
    return ticks_diff(ticks_us(), start)


def own(wait):
    took = []
    for _ in range(params["times"]):
        after(MS, note)
        wait(WAIT)
        for _ in range(PATIENCE):  # the thread itself may be late
            wait(1)
            if ran:
                break
        took.append(late())
    emit_late(took)


class Silent(io.IOBase):
    def ioctl(self, request, flags):
        return 0 if request == 3 else -1


async def quiet(what):
    # A task that waits for something that does not come.
    if what == "stream":
        import sys

        await asyncio.StreamReader(getattr(sys.stdin, "buffer", sys.stdin)).read(1)
    elif what == "flag":
        await asyncio.ThreadSafeFlag().wait()
    elif what == "device":
        await asyncio.StreamReader(Silent()).read(1)
    elif what == "turns":
        while True:
            await sleep_ms(0)
    elif what == "event":
        await asyncio.Event().wait()


async def main():
    task = asyncio.create_task(quiet(params["beside"]))
    took = []
    for _ in range(params["times"]):
        after(MS, note)
        await sleep_ms(WAIT)
        for _ in range(PATIENCE):
            await sleep_ms(1)
            if ran:
                break
        took.append(late())
    task.cancel()
    emit_late(took)


emit("source", source)
if source == "none":
    pass
elif params["wait"] == "loop":
    asyncio.run(main())
else:
    own({"poll": _poller.poll, "sleep_ms": time.sleep_ms}[params["wait"]])
