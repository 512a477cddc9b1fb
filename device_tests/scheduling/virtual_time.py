# Time that passes only while the loop waits: the loop's clock and poller are replaced, so that
# long sleeps take no time and instants are exact. Goes in front of a device test, as a prefix.
import time
from asyncio import core

PERIOD = time.ticks_add(0, -1) + 1
waits = []
now = time.ticks_add(0, -min(params.get("before_wrap", 0), PERIOD // 2 - 1))


def ticks():
    return now


def pass_time(ms):
    global now
    now = time.ticks_add(now, ms)


class Queue:
    # The firmware's queue stamps with its own clock: give it the instant instead.
    def __init__(self):
        queue = core.TaskQueue()
        self.peek = queue.peek
        self.pop = queue.pop
        self.remove = queue.remove
        self.add = queue.push

    def push(self, task, key=None):
        self.add(task, ticks() if key is None else key)


class Poller:
    map = {}

    def wait_io_event(self, dt):
        if dt < 0 or dt > PERIOD // 2:
            raise ValueError("the loop waits without end, dt=%d" % dt)
        if dt:
            if len(waits) < 1000:  # years of them would fill a small heap
                waits.append(dt)
            pass_time(dt)


core.ticks = ticks
if params.get("stamps", True):
    core._task_queue = Queue()
else:
    # To cancel, the firmware takes its own kind of queue for granted. What is ready is stamped with
    # its own clock then, and must be in the past.
    now = time.ticks_add(time.ticks_ms(), 10000)
core._io_queue = Poller()
