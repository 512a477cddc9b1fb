# Two tasks set events for each other while the only timer is far away.
asked, answered = asyncio.Event(), asyncio.Event()
there, back = [], []
set_at = 0


async def answer():
    global set_at
    while True:
        await asked.wait()
        there.append(ticks_diff(ticks_us(), set_at))
        asked.clear()
        set_at = ticks_us()
        answered.set()


async def main():
    global set_at
    await emit_turn()
    tasks = [asyncio.create_task(answer()), asyncio.create_task(pace(params["timer_ms"]))]
    await sleep_ms(1)
    for _ in range(params["count"]):
        set_at = ticks_us()
        asked.set()
        await answered.wait()
        back.append(ticks_diff(ticks_us(), set_at))
        answered.clear()
    emit("there", there)
    emit("back", back)
    for task in tasks:
        task.cancel()


asyncio.run(main())
