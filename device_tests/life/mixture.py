# A mixture of whatever a program does, in another order each time and the same in each run: what a
# round of it takes, beside a fixed piece of work, what is on the heap then, and how prompt the loop
# is before it and after.
import gc

# a port may look at objects once a millisecond: what needs that comes the more seldom
order = 2 * OF_TASKS + OF_STREAMS
seed = 1


def shuffle():
    global seed
    for place in range(len(order) - 1, 0, -1):
        seed = seed * 75 % 65537  # a generator that needs no more than 23 bits
        other = seed % (place + 1)
        order[place], order[other] = order[other], order[place]


async def on_sleep():
    await asyncio.sleep_ms(2)
    return 2


async def on_timeout():
    try:
        await asyncio.wait_for_ms(never.wait(), 2)
    except asyncio.TimeoutError:
        return 2


async def later(act):
    await asyncio.sleep_ms(2)
    act()


async def on_stream():
    quiet = stream(0, b"a")
    asyncio.create_task(later(lambda: setattr(quiet.s, "mask", 1)))
    await quiet.read(1)
    return 2


async def on_flag():
    flag = asyncio.ThreadSafeFlag()
    asyncio.create_task(later(flag.set))
    await flag.wait()
    return 2


async def on_event():
    event = asyncio.Event()
    asyncio.create_task(later(event.set))
    await event.wait()
    return 2


PROBES = on_sleep, on_timeout, on_stream, on_flag, on_event


async def look():
    late = []
    for probe in PROBES:
        gc.collect()
        least = 1000000000
        for _ in range(params["looks"]):
            start = ticks_us()
            ms = await probe()
            least = min(least, ticks_diff(ticks_us(), start) - 1000 * ms)
        late.append(least)
    return late


def hear(loop, context):
    heard.append(context["exception"])


async def main():
    asyncio.get_event_loop().set_exception_handler(hear)
    rounds, wrong, number = params["rounds"], [], 0
    took, own, used = [0] * rounds, [0] * rounds, [0] * rounds
    for does in order:  # what is made once is made
        await does[0](number, *does[1:])
    emit("before", await look())
    began = ticks_us()
    for each in range(rounds):
        shuffle()
        own[each] = reference()
        gc.collect()
        used[each] = gc.mem_alloc()
        start = ticks_us()
        for does in order:
            number += 1
            if not await does[0](number, *does[1:]) and len(wrong) < 20:
                wrong.append((number, [str(part) for part in does]))
        took[each] = ticks_diff(ticks_us(), start)
        if each > 8 and ticks_diff(ticks_us(), began) > params["enough_us"]:
            break
    emit("after", await look())
    emit("own", own[: each + 1])
    emit("took", took[: each + 1])
    emit("used", used[: each + 1])
    emit("wrong", number, wrong)


asyncio.run(main())
