# A callback of the firmware sets a ThreadSafeFlag while the loop waits; in turn with it, a
# callback makes ready a stream that the board's own poll waits for.
import io
import time

import micropython

fired_at = 0


class Ready(io.IOBase):
    ready = False

    def ioctl(self, request, flags):
        if request == 3:  # MP_STREAM_POLL
            return flags if self.ready else 0
        return -1


stream = Ready()
flag = asyncio.ThreadSafeFlag()


def fire_flag(_):
    global fired_at
    fired_at = ticks_us()
    flag.set()


def fire_stream(_):
    global fired_at
    fired_at = ticks_us()
    stream.ready = True


def arm_timer(callback, ms):
    timer = machine.Timer(-1)
    timer.init(mode=machine.Timer.ONE_SHOT, period=ms, callback=callback)
    return timer


def arm_thread(callback, ms):
    def wait_and_fire():
        time.sleep_ms(ms)
        micropython.schedule(callback, 0)

    _thread.start_new_thread(wait_and_fire, ())


try:
    import machine

    machine.Timer
    arm, source = arm_timer, "timer"
except (ImportError, AttributeError):
    try:
        import _thread

        arm, source = arm_thread, "thread"
    except ImportError:
        arm, source = None, "none"


async def main():
    emit("source", source)
    if arm is None:
        return
    await emit_turn()
    pacer = asyncio.create_task(pace(params["timer_ms"]))
    poller = select.poll()
    poller.register(stream, select.POLLIN)
    woken, own = [], []
    timers = []  # a timer that is collected does not fire
    for _ in range(params["count"]):
        timers.append(arm(fire_flag, 4))
        await flag.wait()
        woken.append(ticks_diff(ticks_us(), fired_at))
        stream.ready = False
        timers.append(arm(fire_stream, 4))
        polled = poller.poll(5000)
        own.append(ticks_diff(ticks_us(), fired_at) if polled else -1)
    emit("woken", woken)
    emit("own", own)
    pacer.cancel()


asyncio.run(main())
