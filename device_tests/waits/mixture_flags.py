# Flags that a callback, a thread and a task set at random, each once the one before was counted of,
# whether or not its task waits by then; some of those tasks do something else in between.
class Setter:
    # Sets one of its flags, if that was counted of.
    def __init__(self, seed, first, times):
        self.dice, self.first, self.left = Dice(seed), first, times

    def set(self, _=0):
        number = self.first + self.dice.below(2)
        self.left -= 1
        if counted[number] == asked[number]:
            set_at[number] = now()
            asked[number] += 1
            flags[number].set()

    def fires(self, _):
        self.set()
        if self.left:
            after(1 + self.dice.below(14), self.fires)

    def runs(self):
        time.sleep_ms(9)
        while self.left:
            time.sleep_ms(self.dice.below(14))
            self.set()

    async def task(self):
        while self.left:
            await nap(20, self.dice.below(14))
            self.set()


async def hears(dice, number):
    came()
    while True:
        began = at()
        await flags[number].wait()
        woke.append((number, began, set_at[number], came()))
        counted[number] += 1
        if dice.below(3) == 0:
            await nap(30 + number, dice.below(12))
        elif dice.below(3) == 0:
            work(1500)


async def main(seed, names):
    dice, times = Dice(seed), params["times"]
    by_callback, by_thread, by_task = [Setter(seed + n, 2 * n, times) for n in range(3)]
    others, turn = await together(dice, names)
    others += [asyncio.create_task(hears(Dice(seed + n), n)) for n in range(6)]
    tasks = [asyncio.create_task(by_task.task())]
    if "works" not in names:
        by_task.left = 0
    if source == "none":
        by_callback.left = 0
    else:
        after(9, by_callback.fires)  # once all wait
    if source == "thread":
        _thread.start_new_thread(by_thread.runs, ())
    else:
        by_thread.left = 0
    tasks.append(asyncio.create_task(ends(by_callback, by_thread, by_task)))
    left = await end(tasks, others)
    found = {"woke": woke, "asked": asked, "counted": counted}
    found.update(log())
    emit("mixture", left, turn, found)


async def ends(*setters):
    # Seldom, for a timer that is due ends a wait.
    while sum(setter.left for setter in setters):
        await sleep_ms(60)
    for _ in range(8):
        if counted == asked:
            break
        await sleep_ms(60)


for seed, names in params["mixtures"]:
    flags = [asyncio.ThreadSafeFlag() for _ in range(6)]
    woke, asked, counted, set_at = [], [0] * 6, [0] * 6, [0] * 6
    begin()
    asyncio.run(main(seed, names))
