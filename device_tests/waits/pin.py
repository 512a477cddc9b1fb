# A pin's interrupt sets a flag in the midst of a wait, beside tasks that take turns or in a task's
# work: how late is the task that waits for the flag?
def heard(_):
    flag.set()


async def busy():
    # Always ready, or at work most of the time.
    while True:
        await sleep_ms(0)
        start = ticks_us()
        while params["beside"] == "work" and ticks_diff(ticks_us(), start) < 8000:
            pass


async def main():
    pacer = asyncio.create_task(pace(params["timer_ms"]))
    other = asyncio.create_task(busy()) if params["beside"] else pacer
    took = []
    for _ in range(params["times"]):
        after(params["ms"], pulse)
        await flag.wait()
        took.append(ticks_diff(ticks_us(), edge_at))
    pacer.cancel()
    other.cancel()
    emit("late", took)


flag = asyncio.ThreadSafeFlag()
emit("source", source)
emit("listens", listen(heard))
if source != "none":
    asyncio.run(main())
let_go()
