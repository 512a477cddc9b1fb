# Put between the harness and every power test. It frames the wait under test with busy pulses
# and stretches of the board's lowest sleep, from which the host calibrates the capture:
#   settle, busy, floor, busy, WINDOW, floor, busy, tail
# Nothing is emitted meanwhile, for that takes current: the instants are kept and emitted at
# the end, in microseconds since the frame began. What is emitted before and after it tells the
# host how long the frame took by its own clock. What a test notes of its tasks meanwhile is kept
# and told with its instant in the same way: note("woken").
import gc

try:
    from time import ticks_diff as _diff
    from time import ticks_us as now_us
except ImportError:
    now_us = _us

    def _diff(a, b):
        return a - b


def elapsed_us(since):
    return _diff(now_us(), since)


_pin = None
if params["marker"] != "":  # a pin that is wired to the meter's digital input
    from machine import Pin

    _pin = Pin(params["marker"], Pin.OUT, value=0)
exec(params["floor"])  # defines quiet(ms), by the board's profile
_zero = 0
_parts = []
_window = [0, 0]
_notes = []


def _part(name, ms):
    since = elapsed_us(_zero)
    if name == "busy":
        if _pin:
            _pin.value(1)
        # Whole multiples of the meter's interval would show it all edges at one phase: the odd
        # bit, another in each pulse, lets the host see whether it looks all the time.
        while elapsed_us(_zero) - since < ms * 1000 + params["odd_us"] * len(_parts):
            pass
        if _pin:
            _pin.value(0)
    else:
        quiet(ms)
    _parts.append((name, since, elapsed_us(_zero)))


def note(what):
    # What a task did just now, for the capture's time axis.
    if len(_notes) < 100:  # some boards have little memory, and each takes a tuple
        _notes.append((what, elapsed_us(_zero)))


def begin():
    # The wait under test begins here; call it from within the loop, after the set-up.
    _window[0] = elapsed_us(_zero)


def done():
    # … and ends here.
    _window[1] = elapsed_us(_zero)


def _clocks():
    # One of them meets a host that is not late, and none is still in a UART when the settling
    # sleeps.
    for _ in range(4):
        emit("clock")
        since = now_us()
        while elapsed_us(since) < 10000:
            pass


def frame(wait):
    global _zero
    pulse, floor = params["pulse_ms"], params["floor_ms"]
    gc.collect()
    _clocks()
    _zero = now_us()
    _part("settle", params["settle_ms"])
    _part("busy", pulse)
    _part("floor", floor)
    _part("busy", pulse)
    before = elapsed_us(_zero)
    wait()
    after = elapsed_us(_zero)
    _part("floor", floor)
    _part("busy", pulse)
    _part("tail", params["settle_ms"])
    for part in _parts:
        emit("part", *part)
    emit("wait", before, after)
    emit("window", *_window)
    _clocks()
    for noted in _notes:  # last, for a slow line would be late with the clocks after them
        emit("note", *noted)
