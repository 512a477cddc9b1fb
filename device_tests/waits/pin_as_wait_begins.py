# One edge at a time, before, while or after the wait begins: the task is on its way into the wait
# for so many microseconds, and the edge comes in each part of that; or the task drives it itself.
def heard(_):
    flag.set()


def once(ms):
    # Hard where the port's timers can be: in the midst of whatever the loop is at.
    try:
        timer.init(mode=timer.ONE_SHOT, period=ms, callback=rise, hard=True)
    except (AttributeError, TypeError):
        after(ms, rise)


async def main():
    lost = 0
    for number in range(params["times"]):
        out.value(0)
        await sleep_ms(1)
        flag.clear()
        if number % 4:
            start = ticks_us()
            once(2)
            while ticks_diff(ticks_us(), start) < 1000 + number * params["step_us"]:
                time.sleep_us(20)  # another thread, which may be the one that drives, has its turn
        else:
            rise()
        try:
            await asyncio.wait_for_ms(flag.wait(), params["patience_ms"])
        except asyncio.TimeoutError:
            lost += 1
            if lost == 3:
                break
    emit("lost", lost, edge_at != 0)


flag = asyncio.ThreadSafeFlag()
emit("source", source)
if not listen(heard):
    pin.irq(handler=heard, trigger=Pin.IRQ_RISING)
if source != "none":
    asyncio.run(main())
let_go()
