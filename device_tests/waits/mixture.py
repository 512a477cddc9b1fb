# Put in front of scripts in which ordinary things run together at random: dice that fall the same
# on every board, tasks that sleep, work and take turns, and a log of when anybody worked. Times are
# microseconds since the beginning.
import gc
import time

try:
    ticks_ms, by_ticks = time.ticks_ms, True
except AttributeError:  # CPython, the control, whose loop counts in fractions
    by_ticks = False

    def ticks_ms():
        return now() // 1000


GRID = 16  # milliseconds: what falls on it is due at the same instant as others' that do
began = ticks_us()
worked = []  # from, to
slept = []  # who, how long, from when, from when at the latest, due in ticks, until when
heard = []  # who, told when, heard of it when
resumed = []  # when a task of these was
held = []  # when, and how long the machine of a virtual board had held it up by then
MACHINE = 201, "/proc/thread-self/schedstat"  # of a virtual board, which is given it; of any other


class Dice:
    def __init__(self, seed):
        self.state = seed % 65537

    def below(self, limit):
        self.state = (self.state * 75 + 74) % 65537
        return self.state % limit

    def pause(self):
        # Back to back, short, long, or to an instant that others choose as well.
        kind = self.below(5)
        if kind == 0:
            return 0
        if kind == 4:
            return GRID - ticks_ms() % GRID
        return 1 + self.below((0, 4, 12, 44)[kind])


def now():
    return ticks_diff(ticks_us(), began)


def at():
    # The time, and what the machine did to it.
    if machine:
        machine.seek(0)
        machine.readinto(_stat)
        us, number = 0, 0  # the second number, in nanoseconds; nothing is allocated
        for byte in _stat:
            if byte == 32:
                number += 1
            elif number == 1:
                us = us * 10 + byte - 48
            elif number:
                break
        us //= 1000
        if not held or us - held[-1][1] > 100:
            held.append((now(), us))
    return now()


def came():
    resumed.append(at())
    return resumed[-1]


def work(us):
    start = came()
    while now() - start < us:
        pass
    worked.append((start, at()))


def begin():
    for log in (slept, heard, worked, resumed, held):
        log.clear()
    gc.collect()
    at()


async def nap(number, ms):
    start, ticks = at(), ticks_ms()
    wait = sleep_ms(ms)
    exact, last = by_ticks and ticks_ms() == ticks, now()
    await wait
    due = ticks_diff(ticks, zero_ms) + ms if exact else -1
    slept.append((number, ms, start, last, due, came()))


async def sleeps(dice, number, times=100000):
    came()
    for _ in range(times):
        await nap(number, dice.pause())


async def works(dice, number):
    came()
    while True:
        await nap(number, 1 + dice.below(24))
        work(dice.below(5) * 700)


async def takes_turns(dice, number):
    came()
    while True:
        await nap(number, 4 + dice.below(24))
        for _ in range(dice.below(12)):
            await sleep_ms(0)
            came()


async def tells(event, ms, told):
    came()
    await sleep_ms(ms)
    told[0] = came()
    event.set()


async def is_told(dice, number):
    # By an event, alone or gathered.
    came()
    while True:
        event, told = asyncio.Event(), [0]
        asyncio.create_task(tells(event, 1 + dice.below(20), told))
        if dice.below(2):
            await event.wait()
        else:
            await asyncio.gather(event.wait(), event.wait())
        heard.append((number, told[0], came()))


async def waits_for_flag(*_):
    came()
    await asyncio.ThreadSafeFlag().wait()


async def together(dice, names, asks=True):
    # The company, and what a turn takes without it: where objects are asked, that may be a tick.
    asked = [asyncio.create_task(waits_for_flag())] if asks else []
    await sleep_ms(0)
    turn = sum(await four_turns(2)) // 8
    for task in asked:
        task.cancel()
    kinds = {"sleeps": sleeps, "works": works, "turns": takes_turns}
    kinds.update({"flag": waits_for_flag, "told": is_told})
    tasks = [kinds[name](Dice(dice.below(60000)), 10 + n) for n, name in enumerate(names)]
    return [asyncio.create_task(task) for task in tasks], turn


def log():
    return {"slept": slept, "heard": heard, "worked": worked, "resumed": resumed, "held": held}


async def limit(tasks):
    # Where nothing at all goes on, or in the end; a busy machine may take seconds for all of it.
    for _ in range(4):
        before = len(resumed)
        await sleep_ms(3000)
        if len(resumed) == before:
            break
    for task in tasks:
        task.cancel()


async def end(tasks, others):
    # Those have their time, the others are stopped then: how many have not ended by themselves.
    left, guard = 0, asyncio.create_task(limit(tasks))
    for task in tasks:
        try:
            await task
        except asyncio.CancelledError:
            left += 1
    for task in others + [guard]:
        task.cancel()
    await sleep_ms(1)
    return left


machine, _stat = None, bytearray(64)
for place in MACHINE:
    try:
        machine = open(place, "rb", 0)  # noqa: SIM115
        machine.readinto(_stat)
        break
    except (OSError, NameError, TypeError):  # no such file, no files, files by name only
        machine = None
zero_ms = ticks_ms()
