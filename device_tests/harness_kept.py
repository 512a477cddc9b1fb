# Put between the harness and a device test whose sleep takes the port away: USB that is off carries
# nothing, and what was printed into it is lost. Records stay in memory until the host is back. Of
# too many the last replaces the one before it: the end event is always told, and the gap shows.
#
# The host speaks in lines with the execution's nonce; other programs probe new ports, too. The
# first one starts the script. At its end each is answered, for it may have come before a sleep with
# nobody there to hear more; the host that hears the answer says the one with an exclamation mark.
import sys

_kept = []


def emit(name, *data):
    global _count
    del _kept[255:]
    _kept.append("%s %d %d %s %r" % (_nonce, _count, _us(), name, data))
    _count += 1


def _asked():
    line = ""
    while _nonce not in line:
        line = sys.stdin.readline()
    return line


def _tell():
    while "!" not in _asked():
        print("\x1e" + _nonce, "ok", _c)
    for record in _kept:
        print("\x1e%s %d" % (record, _check(record.encode())))


_asked()
