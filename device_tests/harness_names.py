# Put in front of the harness on a board of which nothing is known yet, on one without crc32, and on
# CPython, the control: the two names that the harness needs. Other boards are told where to import
# them from, in a line of 70 bytes.
try:
    from time import ticks_us as _us
except ImportError:  # CPython, the control
    from time import monotonic_ns

    def _us():
        return monotonic_ns() // 1000


try:
    from binascii import crc32 as _check
except ImportError:

    def _check(record):
        check = 0
        for byte in record:
            check = (check * 31 + byte) % 65521
        return check
