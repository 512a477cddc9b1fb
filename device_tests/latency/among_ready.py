# Tasks that are always ready, and tasks that become so among them: by an event, by a flag and
# by a timer. Gaps are counted in turns of all, which no load of the host can change.
turns = 0
set_at = {}
gaps = {"event": [], "flag": [], "timer": []}
seen_us = []
event = asyncio.Event()
flag = asyncio.ThreadSafeFlag() if params["flag"] else None
asleep = False
due = None
over = False


async def work(number, began):
    # Until the time is over: a task that was starved notes then how long.
    global turns, over, due
    last, last_us = 0, began
    worst = 0
    while not over:
        await sleep_ms(0)
        now = ticks_us()
        turns += 1
        worst = max(worst, turns - last)
        last = turns
        if number == 1 and len(seen_us) < 300:
            seen_us.append(ticks_diff(now, last_us))
            last_us = now
        if asleep and due is None:
            due = now  # its sleep has begun by now at the latest
        if due is not None and "timer" not in set_at and ticks_diff(now, due) > 6000:
            set_at["timer"] = turns  # and is over, with a tick to spare
        if number == 0:
            if "event" not in set_at:
                set_at["event"] = turns
                event.set()
            if flag and "flag" not in set_at:
                set_at["flag"] = turns
                flag.set()
        if turns >= params["turns"] and ticks_diff(now, began) >= params["ms"] * 1000:
            over = True
    worsts[number] = max(worst, turns - last)


def note(name):
    if name in set_at and len(gaps[name]) < 50:
        gaps[name].append(turns - set_at[name])
        if len(gaps[name]) < 50:
            del set_at[name]


async def on_event():
    while not over:
        await event.wait()
        event.clear()
        note("event")


async def on_flag():
    while not over:
        await flag.wait()
        note("flag")


async def on_timer():
    global asleep, due
    while not over:
        asleep = True
        await sleep_ms(5)
        asleep = False
        due = None
        if "timer" not in set_at:
            set_at["timer"] = turns
        note("timer")


worsts = {}


async def main():
    others = [asyncio.create_task(on_event()), asyncio.create_task(on_timer())]
    if flag:
        others.append(asyncio.create_task(on_flag()))
    await sleep_ms(0)
    began = ticks_us()
    tasks = [asyncio.create_task(work(number, began)) for number in range(1, params["tasks"])]
    await work(0, began)  # the main task is one of them
    for task in tasks:
        await task
    for task in others:
        task.cancel()
    for name in set_at:
        if len(gaps[name]) < 50:
            emit("never", name, turns - set_at[name])
    emit("worst", [worsts[number] for number in range(params["tasks"])])
    for name in gaps:
        emit("gap", name, gaps[name])
    emit("seen", seen_us)


asyncio.run(main())
