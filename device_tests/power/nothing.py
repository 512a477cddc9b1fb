# A loop that nothing in it can wake: no sleeping task, no stream, an Event that no task sets.
# What ends the wait comes from outside the loop: a hardware timer, else a second thread.
import asyncio

import micropython


def later(ms, callback):
    try:
        from machine import Timer
    except ImportError:
        import _thread

        def thread():
            quiet(ms)
            micropython.schedule(callback, None)

        _thread.start_new_thread(thread, ())
    else:
        try:
            timer = Timer(-1)
        except ValueError:  # no virtual timers on this port
            timer = Timer(0)
        timer.init(mode=Timer.ONE_SHOT, period=ms, callback=callback)


async def main():
    never = asyncio.Event()

    def end(_):
        done()
        never.set()

    later(params["window_ms"], end)
    begin()
    await never.wait()


frame(lambda: asyncio.run(main()))
