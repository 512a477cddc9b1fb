# Put in front of every device test before it is sent, after the lines that set `_nonce` and
# `params`. It emits events and judges nothing; `_end()` closes the script that follows.
#
# A record is RS, nonce, sequence number, microseconds, name, repr of the data, checksum, LF.
# The checksum tells the host that a wire which drops or changes bytes did so.
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


_count = 0


def emit(name, *data):
    # Not from an interrupt or scheduled callback: it could fall into the middle of another.
    global _count
    record = "%s %d %d %s %r" % (_nonce, _count, _us(), name, data)
    _count += 1
    print("\x1e%s %d" % (record, _check(record.encode())))


def _end():
    emit("end", _count)
