"""Where every `looprig` begins: what a Ctrl-C, a signal to end, a closed stream or a fault in a
thread comes to, settled before anything that takes long to import.

It imports nothing but what Python itself has loaded by then.
"""

import os
import signal
import sys


def leave(*_: object) -> None:
    """A signal to end while nothing is held yet: there is nothing to put away."""
    try:
        os.write(2, b"looprig: interrupted\n")
    finally:
        os._exit(130)


def begin() -> None:
    """Settle it for this process; ends it where there is no standard output."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        number = getattr(signal, name, None)
        usual = (signal.default_int_handler, signal.SIG_DFL)  # else it is ignored from above: nohup
        if number is not None and signal.getsignal(number) in usual:
            signal.signal(number, leave)
    import threading

    from rig import streams

    wrong = streams.prepare()
    threading.excepthook = in_thread
    # Of what is put away at exit nobody can know more; a builtin is called without any memory.
    sys.unraisablehook = callable
    if wrong:
        streams.tell(f"looprig: {wrong}; give it one (/dev/null will do)")
        sys.exit(3)


def in_thread(happened: "object") -> None:
    """A thread's exception, in a sentence."""
    from rig import streams
    from rig.ending import of_error

    error = getattr(happened, "exc_value", None)
    if error is not None:
        streams.tell(f"looprig: in a thread: {of_error(error).said}")
