# Put in front of a device test that calls seconds() or pause(): short times, also on a board
# without floats, whose asyncio.sleep and wait_for are told whole seconds.
import asyncio


def seconds(ms):
    # What asyncio is told: never less, and without floats the next whole second.
    try:
        return ms / 1000
    except TypeError:
        return (ms + 999) // 1000


def pause(ms):
    # A sleep that is not what the test is about: no longer than it says on any board.
    try:
        ms / 1000
    except TypeError:
        return asyncio.sleep_ms(ms)
    return asyncio.sleep(ms / 1000)
