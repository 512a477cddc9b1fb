# Hundreds of callbacks, each scheduled once the one before has run; or of flags that a thread sets,
# each once the one before has woken its task: as many as there is time for, until one is lost.
def callback(number):
    came.append(number)


def enough():
    return len(came) < asked[0] or ticks_diff(ticks_us(), start) > params["enough_us"]


async def callbacks():
    for number in range(params["times"]):
        asked[0] = number + 1
        while True:
            try:
                micropython.schedule(callback, number)
                break
            except RuntimeError:
                await sleep_ms(1)
        for _ in range(2000):
            if len(came) > number:
                break
            await sleep_ms(0 if number % 8 else 1)
        if enough():
            break


def sets():
    for number in range(params["times"]):
        for _ in range(4000):
            if asked[0] > number or over[0]:
                break
            time.sleep_us(200)
        flag.set()


async def flags():
    _thread.start_new_thread(sets, ())
    for number in range(params["times"]):
        asked[0] = number + 1
        try:
            await asyncio.wait_for_ms(flag.wait(), 2000)
            came.append(number)
        except asyncio.TimeoutError:
            pass
        if enough():
            break
    over[0] = True


came, asked, over, number, flag = [], [0], [False], 0, asyncio.ThreadSafeFlag()
start = ticks_us()
asyncio.run(globals()[params["what"]]())
time.sleep_ms(5)
emit("asked", asked[0])
emit("came", len(came), came == list(range(len(came))))
