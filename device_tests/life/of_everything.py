# Put in front of life/mixture: whatever a program does, once. Each takes a number that it is told
# apart by, and gives whether it was right.
import asyncio
import io

ERRORS = (ValueError, OSError, MemoryError, EOFError)


class Line(io.IOBase):
    # Ready for what its mask says, or for nothing.
    def __init__(self, mask, data=b""):
        self.mask, self.data = mask, data

    def ioctl(self, request, flags):
        return flags & self.mask if request == 3 else -1 if request != 4 else 0

    def read(self, size=-1):
        if self.data is None:
            raise OSError(104)
        size = len(self.data) if size < 0 else size
        data, self.data = self.data[:size], self.data[size:]
        return data

    def readline(self):
        return self.read()

    def readinto(self, buffer):
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def write(self, data):
        if self.data is None:
            raise OSError(104)
        return len(data) if self.mask & 4 else None

    def close(self):
        pass


class Slow(Line):
    # It has room the second time that it is asked.
    def write(self, data):
        self.mask, was = 5, self.mask
        return len(data) if was & 4 else None


def stream(mask, data=b""):
    return asyncio.StreamReader(Line(mask, data))


async def value(number):
    return number


async def fails(number):
    raise ERRORS[number % 4](number)


async def task_waits(what):
    await what.wait()


async def holds(lock, log, number):
    async with lock:
        log.append(number)


async def drains():
    full = stream(0)
    full.write(b"some")
    await full.drain()


async def of_a_held_lock():
    lock = asyncio.Lock()
    await lock.acquire()
    await lock.acquire()


WAITS = (
    lambda: never.wait(),
    lambda: asyncio.Event().wait(),
    lambda: sleeps(),
    lambda: asyncio.wait_for_ms(never.wait(), 60000),
    of_a_held_lock,
)
WAITS_FOR_STREAMS = (
    lambda: asyncio.ThreadSafeFlag().wait(),
    lambda: stream(0).read(1),
    lambda: stream(0).readline(),
    drains,
)


async def sleeps():
    await asyncio.sleep_ms(60000)


async def cut(number, wait):
    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    return await ended(task)


async def ended(task):
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return task.done()


async def times_out(number, wait):
    try:
        await asyncio.wait_for_ms(wait(), 0)
    except asyncio.TimeoutError:
        return True


async def awaited(number):
    return await asyncio.create_task(value(number)) == number


async def failure(number, of=asyncio.create_task):
    try:
        await of(fails(number))
    except Exception as error:
        return error.args[0] == number


async def handled(number):
    asyncio.create_task(fails(number))
    for _ in range(3):
        await asyncio.sleep(0)
    return was_heard(number)


def was_heard(number):
    for place in range(len(heard)):
        if heard[place].args[0] == number:
            heard.pop(place)
            return True
    return False


async def unborn(number):
    return await ended(asyncio.create_task(value(number)))


async def waited_for(number):
    return await asyncio.wait_for(value(number), 60) == number


async def failed_wait_for(number):
    return await failure(number, lambda awaitable: asyncio.wait_for(awaitable, 60))


async def gathers(number):
    got = await asyncio.gather(value(number), fails(number), value(7), return_exceptions=True)
    return got[0] == number and got[1].args[0] == number and got[2] == 7


async def failed_gather(number):
    return await failure(number, lambda awaitable: asyncio.gather(value(7), awaitable))


async def cut_gather(number):
    return await cut(number, lambda: asyncio.gather(task_waits(never), task_waits(never)))


async def wakes(number, kind=asyncio.Event):
    what = kind()
    task = asyncio.create_task(task_waits(what))
    await asyncio.sleep(0)
    what.set()
    await task
    return task.done()


async def hands_over(number):
    lock, log = asyncio.Lock(), []
    async with lock:
        task = asyncio.create_task(holds(lock, log, number))
        await asyncio.sleep(0)
        log.append(0)
    await task
    return log == [0, number] and not lock.locked()


async def reads(number):
    data = b"%d\n" % number
    return (
        await stream(5, data).read() == data
        and await stream(5, data).readexactly(len(data)) == data
    )


async def reads_a_line(number):
    data, buffer = b"%d\n" % number, bytearray(1)
    line = stream(5, data)
    return await line.readinto(buffer) == 1 and buffer + await line.readline() == data


async def met_the_end(number):
    try:
        await stream(5, b"ab").readexactly(3)
    except EOFError:
        return True


async def failed_read(number):
    try:
        await stream(5, None).read(1)
    except OSError:
        return True


async def failed_drain(number):
    line = Line(0)
    full = asyncio.StreamReader(line)
    full.write(b"some")
    line.mask, line.data = 5, None
    try:
        await full.drain()
    except OSError:
        return True


async def drained(number):
    full = asyncio.StreamReader(Slow(0))
    full.write(b"some")
    full.s.mask = 4
    await full.drain()
    await full.drain()
    return True


async def closed_in_mid_read(number):
    quiet = stream(0)
    task = asyncio.create_task(quiet.read(1))
    await asyncio.sleep(0)
    quiet.close()
    await quiet.wait_closed()
    return await ended(task)


async def handlers(number):
    loop = asyncio.get_event_loop()
    loop.set_exception_handler(loop.get_exception_handler())
    loop.call_exception_handler({"message": "", "exception": OSError(number), "future": None})
    return was_heard(number)


OF_TASKS = [
    (does,)
    for does in (
        awaited,
        failure,
        handled,
        unborn,
        waited_for,
        failed_wait_for,
        gathers,
        failed_gather,
        cut_gather,
        wakes,
        hands_over,
        handlers,
    )
] + [(does, wait) for does in (cut, times_out) for wait in WAITS]
OF_STREAMS = [
    (does,)
    for does in (
        reads,
        reads_a_line,
        met_the_end,
        failed_read,
        failed_drain,
        drained,
        closed_in_mid_read,
    )
] + [(does, wait) for does in (cut, times_out) for wait in WAITS_FOR_STREAMS]
OF_STREAMS.append((wakes, asyncio.ThreadSafeFlag))
heard = []
never = asyncio.Event()
