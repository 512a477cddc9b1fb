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


def timer_of_the_board():
    # Most ports number a virtual timer -1, others have only those of the hardware.
    try:
        from machine import Timer
    except ImportError:
        return None
    for number in (-1, 0):
        try:
            return Timer(number)
        except (TypeError, ValueError, OSError):
            pass
    return None


def by_timer(callback, ms):
    timer.init(mode=timer.ONE_SHOT, period=ms, callback=callback)


def by_thread(callback, ms):
    def wait_and_fire():
        time.sleep_ms(ms)
        micropython.schedule(callback, 0)

    _thread.start_new_thread(wait_and_fire, ())


timer = timer_of_the_board()
arm, source = by_timer, "timer"
if timer is None:
    try:
        import _thread

        arm, source = by_thread, "thread"
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
    for _ in range(params["count"]):
        arm(fire_flag, 4)
        await flag.wait()
        woken.append(ticks_diff(ticks_us(), fired_at))
        stream.ready = False
        arm(fire_stream, 4)
        polled = poller.poll(5000)
        own.append(ticks_diff(ticks_us(), fired_at) if polled else -1)
    emit("woken", woken)
    emit("own", own)
    pacer.cancel()


asyncio.run(main())
