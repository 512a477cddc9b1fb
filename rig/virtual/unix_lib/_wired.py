# Pins, of which 2 is wired to 3, and a UART whose TX is wired to its own RX: docs/wires.md.
import io
from time import sleep_us, ticks_add, ticks_diff, ticks_us

WIRE = {2: 3}
levels = {}  # by pin, of those that are driven
listeners = {}


class Pin:
    # An edge calls its handler where an interrupt would: in the midst of whatever drives the pin if
    # it is a hard one, else as a scheduled callback.
    IN, OUT = 0, 1
    PULL_UP, PULL_DOWN = 1, 2
    IRQ_FALLING, IRQ_RISING = 4, 8

    def __init__(self, id, mode=IN, pull=None, *, value=None):
        if not isinstance(id, int) or not 0 <= id < 30:
            raise ValueError("invalid pin")
        self.id = id
        self.init(mode, pull, value=value)

    def init(self, mode=IN, pull=None, *, value=None):
        self.pull = pull
        if mode == Pin.OUT:
            self._drive(levels.get(self.id, 0) if value is None else value)
        elif self.id in levels:
            self._drive(0)
            del levels[self.id]

    def _drive(self, level):
        before, levels[self.id] = levels.get(self.id, 0), int(bool(level))
        heard = listeners.get(WIRE.get(self.id))
        edge = Pin.IRQ_RISING if level else Pin.IRQ_FALLING
        if levels[self.id] != before and heard and heard[1] & edge:
            call(*heard)

    def value(self, level=None):
        if level is not None:
            return self._drive(level)
        for driver in [self.id] + [end for end in WIRE if WIRE[end] == self.id]:
            if driver in levels:
                return levels[driver]
        return int(self.pull == Pin.PULL_UP)

    __call__ = value

    def irq(self, handler=None, trigger=IRQ_FALLING | IRQ_RISING, *, hard=False):
        listeners[self.id] = (handler, trigger if handler else 0, hard, self)


def call(handler, trigger, hard, pin):
    import micropython

    if hard:
        handler(pin)
        return
    try:
        micropython.schedule(handler, pin)
    except RuntimeError:
        pass  # there is no room, and the edge is lost, as on a chip


class PWM:
    # Nothing of the program runs when it drives its pin: a thread does.
    def __init__(self, pin, *, freq, duty_u16):
        import _thread

        self.pin, self.going = pin, True
        high = 1000000 * duty_u16 // (freq << 16)
        _thread.start_new_thread(self._run, (high, 1000000 // freq - high))

    def _run(self, high, low):
        at = ticks_us()
        while self.going:
            for level, length in ((1, high), (0, low)):
                if self.going:
                    self.pin.value(level)
                    at = ticks_add(at, length)
                    sleep_us(max(0, ticks_diff(at, ticks_us())))

    def deinit(self):
        self.going = False


class UART(io.IOBase):
    # A byte arrives when its bits have gone by. Like a chip's UART it has no file descriptor: who
    # waits for it looks at it.
    def __init__(self, id, baudrate=115200, *, rxbuf=256, txbuf=256, timeout=0, timeout_char=0):
        if id != 1:
            raise ValueError("UART(%s) doesn't exist" % id)
        self.rxbuf, self.txbuf = rxbuf, txbuf
        self.init(baudrate)

    def init(self, baudrate):
        self.sending, self.received = bytearray(), bytearray()
        self.byte_us = 10000000 // baudrate

    def _go_on(self):
        while self.sending and ticks_diff(ticks_us(), self.next) >= 0:
            if len(self.received) < self.rxbuf:  # else it is overrun
                self.received.append(self.sending[0])
            self.sending = self.sending[1:]
            self.next = ticks_add(self.next, self.byte_us)

    def any(self):
        self._go_on()
        return len(self.received)

    def read(self, size=-1):
        self._go_on()
        got = bytes(self.received if size < 0 else self.received[:size])
        self.received = self.received[len(got) :]
        return got or None

    def readinto(self, buffer, size=-1):
        got = self.read(len(buffer) if size < 0 else size)
        if got is None:
            return None
        buffer[: len(got)] = got
        return len(got)

    def readline(self):
        self._go_on()
        end = self.received.find(b"\n")
        return self.read(end + 1 if end >= 0 else -1)

    def write(self, data):
        self._go_on()
        if not self.sending:
            self.next = ticks_add(ticks_us(), self.byte_us)
        taken = bytes(data)[: self.txbuf - len(self.sending)]
        self.sending += taken
        return len(taken) or None

    def ioctl(self, request, flags):
        if request != 3:  # MP_STREAM_POLL
            return 0 if request == 4 else -1  # MP_STREAM_CLOSE
        self._go_on()
        room = len(self.sending) < self.txbuf
        return flags & ((1 if self.received else 0) | (4 if room else 0))

    def deinit(self):
        self.init(115200)
