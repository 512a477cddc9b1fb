# Another thread notes the time every few milliseconds while the loop waits, or while its tasks take
# turns.
import _thread


def work():
    while going[0] and len(times) < 3000:
        time.sleep_ms(2)
        times.append(ticks_us())


async def always():
    while True:
        await sleep_ms(0)


async def main():
    tasks = quiet(params["beside"])
    if params["beside"] == "turns":
        tasks.append(asyncio.create_task(always()))
    await sleep_ms(0)
    _thread.start_new_thread(work, ())
    for _ in range(params["times"]):
        before = len(times)
        await sleep_ms(params["wait_ms"])
        during.append(len(times) - before)
    for task in tasks:
        task.cancel()


times, during, going, before = [], [], [True], 0
asyncio.run(main())
going[0] = False
time.sleep_ms(8)
emit("during", during)
