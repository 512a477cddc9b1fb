# Waits are cut short by chance, by their time or a cancellation, about when what they wait for
# comes. What was got is noted by whoever waits, in the same breath: was anything lost, or twice?
below = Chance(params["seed"]).below
_under_way = []  # what can be cut by whoever brings what it waits for


async def a_while():
    if below(2):
        await turns(below(6))
    else:
        await asyncio.sleep_ms(below(3))


async def cut(work, other=asyncio.TimeoutError):
    # True where it was not cut short. Its caller is told what did that; `other` may, too.
    how = below(4)
    told = asyncio.CancelledError if how > 1 else (asyncio.TimeoutError, other)
    try:
        if how == 0:
            await work
        elif how == 1:
            await asyncio.wait_for_ms(work, below(4))
        else:
            task = asyncio.create_task(work)
            _under_way.append(task)
            await a_while()
            task.cancel()
            await task
        return True
    except told:
        return False
    finally:
        if how > 1:
            _under_way.remove(task)


def strike():
    # Cut one short in the very turn.
    if _under_way and below(2):
        task = _under_way[below(len(_under_way))]
        if task is not asyncio.current_task():
            task.cancel()


async def locks():
    lock, noted = asyncio.Lock(), {"inside": 0, "most": 0, "done": 0, "ended": 0}

    async def section():
        async with lock:
            noted["inside"] += 1
            noted["most"] = max(noted["most"], noted["inside"])
            try:
                await a_while()
            finally:
                noted["inside"] -= 1
        strike()
        noted["ended"] += 1

    async def worker():
        for _ in range(12):
            whole = await cut(section())
            noted["done"] += whole

    await asyncio.gather(*[worker() for _ in range(4)])
    noted["locked"] = lock.locked()
    await section()
    return noted


async def data():
    noted = [[], [], []]

    async def feed(memory, number):
        for count in range(8):
            await a_while()
            line = b"%d%02d\n" % (number, count)
            if number:  # the first one's readers are not cut, and its lines come in parts
                memory.chunks.append(line)
                strike()
            else:
                memory.chunks.append(line[:2])
                await a_while()
                memory.chunks.append(line[2:])

    async def read(stream, number):
        how = below(4)
        if how == 0 or not number:
            noted[number].append(await stream.readline())
        elif how == 1:
            noted[number].append(await stream.readexactly(4))
        elif how == 2:
            buffer = bytearray(4)
            await stream.readinto(buffer)
            noted[number].append(bytes(buffer))
        else:
            noted[number].append(await stream.read(9))

    async def worker(stream, number):
        while len(noted[number]) < 8:
            await (cut(read(stream, number)) if number else read(stream, number))

    async def writer(memory):
        stream = asyncio.StreamWriter(memory, {})
        for count in range(8):
            stream.write(b"%03d\n" % count)
            await cut(stream.drain())
            await cut(stream.drain())
        await stream.drain()

    async def room(memory):
        while True:
            await a_while()
            memory.room += 1 + below(5)

    out, work = Memory(room=0), []
    giving = asyncio.create_task(room(out))
    for number in range(3):
        memory = Memory()
        work += [feed(memory, number), worker(asyncio.StreamReader(memory), number)]
    await asyncio.gather(writer(out), *work)
    giving.cancel()
    return [noted, out.written()]


async def signals():
    flag, event = asyncio.ThreadSafeFlag(), asyncio.Event()
    noted = {"flag": 0, "set": 0, "woken": 0, "waited": 0, "still": 0}

    async def take():
        await flag.wait()
        noted["flag"] += 1

    async def taker():
        while noted["flag"] < 16:
            await cut(take())

    async def setter():
        for count in range(16):
            await a_while()
            flag.set()
            strike()
            noted["set"] += 1
            while noted["flag"] <= count:
                await asyncio.sleep_ms(1)

    async def listen():
        await event.wait()
        noted["woken"] += 1

    async def rings():
        for _ in range(12):
            cuts = [asyncio.create_task(cut(listen())) for _ in range(3)]
            listens = asyncio.create_task(listen())  # this one is not cut
            await turns(1 + below(3))
            await a_while()
            before = noted["woken"]
            event.set()
            strike()
            await turns(below(3))
            noted["still"] += event.is_set()
            event.clear()
            await listens
            noted["waited"] += noted["woken"] > before
            for task in cuts:  # of those that began to listen when it was over
                event.set()
                await task
            event.clear()

    await asyncio.gather(taker(), setter(), rings())
    await turns(3)
    return noted


async def values():
    ends, wrong, told = {}, [], []
    asyncio.get_event_loop().set_exception_handler(
        lambda loop, context: told.append(context["exception"].args[0])
    )

    async def job(number):
        try:
            await turns(4)  # all await it by then
            await a_while()
        except asyncio.CancelledError:
            ends[number] = "cancelled"
            raise
        ends[number] = ("failed" if number % 3 == 0 else "value", number)
        if number % 3 == 0:
            raise ValueError(number)
        return number

    async def look(task, number):
        try:
            found = ("value", await task)
        except ValueError as error:
            found = ("failed", error.args[0])
        if found != ends.get(number):
            wrong.append((number, found, ends.get(number)))

    for number in range(24):
        if number % 4 == 3:  # nobody awaits it
            asyncio.create_task(job(number))
            asyncio.create_task(job(number + 60))
            continue
        task = asyncio.create_task(job(number))
        await asyncio.gather(*[cut(look(task, number), asyncio.CancelledError) for _ in range(2)])
        try:
            await look(task, number)
        except asyncio.CancelledError:
            if ends.get(number, "cancelled") != "cancelled":
                wrong.append((number, "cancelled", ends[number]))
    await asyncio.sleep_ms(10)
    return [wrong, sorted(told)]


async def main():
    try:
        emit("noted", await asyncio.wait_for_ms(globals()[params["what"]](), 6000))
    except asyncio.TimeoutError:
        emit("never")


asyncio.run(main())
