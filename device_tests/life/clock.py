# Put in front of this chapter's scripts: the board's clock, and a fixed piece of work.
try:
    from time import ticks_diff, ticks_us
except ImportError:  # CPython, the control
    from time import monotonic_ns

    def ticks_us():
        return monotonic_ns() // 1000

    def ticks_diff(end, start):
        return end - start


def reference():
    # Microseconds of something that nothing done to the loop makes slower.
    start = ticks_us()
    value = 0
    for number in range(300):
        value = (value + number) & 0xFF
    return ticks_diff(ticks_us(), start)
