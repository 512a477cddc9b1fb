# A loop that nothing in it can wake: no sleeping task, no stream, an Event that no task sets.
# What ends the wait comes from outside the loop: a hardware timer, else a second thread.
import asyncio

import micropython

try:
    from machine import Timer
except ImportError:
    Timer = None
try:
    import _thread
except ImportError:
    _thread = None


def later(ms, callback):
    def thread():
        quiet(ms)
        micropython.schedule(callback, None)

    if Timer is None:
        _thread.start_new_thread(thread, ())
        return
    try:
        timer = Timer(-1)
    except ValueError:  # no virtual timers on this port
        timer = Timer(0)
    timer.init(mode=Timer.ONE_SHOT, period=ms, callback=callback)


async def main():
    never = asyncio.Event()

    def end(_):
        done()
        note("timer fires")
        never.set()

    later(params["window_ms"], end)
    begin()
    await never.wait()


if Timer or _thread:
    frame(lambda: asyncio.run(main()))
else:
    emit("lacks", "machine.Timer or _thread")
