# What a callback in the midst of a long wait brings about: a task that it makes, a flag that it
# sets, a flag set by a callback that the callback scheduled.
MS = params["ms"]


async def job():
    ran.append(ticks_us())
    over.set()


def make(_):
    asyncio.create_task(job())


def set_flag(_):
    flag.set()


def chain(_):
    micropython.schedule(set_flag, 0)


def thread_sets():
    global due
    time.sleep_ms(MS)
    due = ticks_us()
    flag.set()


if params["beside"] == "own poll":
    import select

    mine = select.poll()


async def busy():
    # Always ready, or at work most of the time, or in a wait of the program's own.
    while True:
        await sleep_ms(0)
        if params["beside"] == "own poll":
            mine.poll(8)
        start = ticks_us()
        while params["beside"] == "work" and ticks_diff(ticks_us(), start) < 8000:
            pass


async def main():
    global over, flag
    took = []
    pacer = asyncio.create_task(pace(params["wait_ms"]))
    other = asyncio.create_task(busy()) if params["beside"] else pacer
    for _ in range(params["times"]):
        over, flag = asyncio.Event(), asyncio.ThreadSafeFlag()
        what = params["what"]
        if what == "thread":
            _thread.start_new_thread(thread_sets, ())
        else:
            after(MS, {"task": make, "flag": set_flag, "chain": chain}[what])
        if what == "task":
            await over.wait()
        else:
            await flag.wait()
            ran.append(ticks_us())
        took.append(ticks_diff(ran.pop(), due))
    if other.done():
        await other  # nothing was beside: why?
    pacer.cancel()
    other.cancel()
    emit("late", took)


emit("source", source)
if source != "none":
    asyncio.run(main())
