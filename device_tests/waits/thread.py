# Another thread notes the time every few milliseconds; the loop waits for one long timer, and for
# nothing that would make it look about.
import _thread

times = []
going = True


def work():
    while going and len(times) < 3000:
        time.sleep_ms(2)
        times.append(ticks_us())


async def main():
    _thread.start_new_thread(work, ())
    for _ in range(params["times"]):
        before = len(times)
        await sleep_ms(params["wait_ms"])
        during.append(len(times) - before)


during = []
asyncio.run(main())
going = False
time.sleep_ms(8)
emit("during", during)
