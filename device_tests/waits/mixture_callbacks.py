# Callbacks of several kinds, from outside of the loop and from within, at random: each with an
# argument of its own kind; some fail, some schedule another.
ARGUMENTS = (None, 0, -1, 70000, "text", b"bytes", (1, "two"), True, "", ())


class Source:
    # Who schedules, what it asked for, and what came of that; which ran while another did.
    def __init__(self, seed, times):
        self.dice, self.left = Dice(seed), times
        self.asked, self.came = [], []
        self.kinds = (self.method, self.function(), self.fails, self.more)

    def note(self, kind, value):
        if running:
            within.append((running[0], kind))
        self.came.append((kind, value))

    def method(self, value):
        self.note(0, value)

    def function(self):
        return lambda value: self.note(1, value)

    def fails(self, value):
        self.note(2, value)
        raise ValueError("a callback of the test")

    def more(self, value):
        self.note(3, value)
        if self is not chained and chained.left:
            running.append(3)
            chained.schedule()
            running.pop()

    def schedule(self):
        # Once, or some at once, some of them alike; those for which there is no room do not count.
        kind = None
        for _ in range(1 + self.dice.below(2) * self.dice.below(4)):
            if kind is None or self.dice.below(2):
                kind, value = self.dice.below(4), ARGUMENTS[self.dice.below(len(ARGUMENTS))]
            self.left -= self.left > 0
            try:
                micropython.schedule(self.kinds[kind], value)
                self.asked.append((kind, value))
            except RuntimeError:
                pass


def thread():
    while outside.left:
        time.sleep_ms(outside.dice.below(12))
        outside.schedule()


def fires(_):
    outside.schedule()
    if outside.left:
        after(1 + outside.dice.below(12), fires)


async def schedules():
    while inside.left:
        await nap(20, inside.dice.pause() % 16)
        if inside.dice.below(3) == 0:
            work(2000)
        inside.schedule()


async def main(seed, names):
    dice = Dice(seed)
    others, turn = await together(dice, names)
    if source == "timer":
        fires(0)
    elif source == "thread":
        _thread.start_new_thread(thread, ())
    left = await end([asyncio.create_task(schedules())], others)
    for _ in range(500):
        if not outside.left or source == "none":
            break
        await sleep_ms(2)
    await sleep_ms(4)
    found = {"sources": [(one.asked, one.came) for one in sources], "within": within}
    found.update(log())
    emit("mixture", left, turn, found)


for seed, names in params["mixtures"]:
    times = params["times"]
    running, within = [], []
    outside, inside, chained = sources = [Source(seed + number, times) for number in range(3)]
    begin()
    asyncio.run(main(seed, names))
