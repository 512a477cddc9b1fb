# Put in front of every device test before it is sent, after what sets `_nonce`, `params`, `_us`
# (microseconds) and `_check` (a checksum). It emits events and judges nothing; `_end()` closes the
# script that follows.
#
# A record is RS, nonce, sequence number, microseconds, name, repr of the data, checksum, LF.
# The checksum tells the host that a wire which drops or changes bytes did so.
_count = 0


def emit(name, *data):
    # Not from an interrupt or scheduled callback: it could fall into the middle of another.
    global _count
    record = "%s %d %d %s %r" % (_nonce, _count, _us(), name, data)
    record = "\x1e%s %d" % (record, _check(record.encode()))
    _count += 1  # not before: where memory ends, there is no record, and no gap either
    print(record)


def _end():
    emit("end", _count)
