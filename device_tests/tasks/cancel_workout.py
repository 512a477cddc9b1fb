# Sleepers come and go: in each round some fall asleep for long or for short, and of the long ones
# some are cancelled, among them the one that would wake first.
import asyncio

state = params["seed"]
told = []
heard = []
woke = []


def random(below):
    global state
    state = (state * 75 + 74) % 65537
    return state % below


async def sleeper(number, ms):
    try:
        await pause(ms)
        woke.append(number)
    except asyncio.CancelledError:
        heard.append(number)
        raise


async def main():
    number = 0
    long = []  # (milliseconds, number, task), of those that are asleep
    short = []
    for _ in range(params["rounds"]):
        for _ in range(1 + random(3)):
            ms = 5000 + random(4000)
            long.append((ms, number, asyncio.create_task(sleeper(number, ms))))
            number += 1
        short.append((number, asyncio.create_task(sleeper(number, random(15)))))
        number += 1
        await asyncio.sleep(0)
        victims = [min(range(len(long)), key=lambda n: long[n][0])] if random(2) else []
        victims += [random(len(long))] if random(2) else []
        for victim in victims:
            if victim < len(long):
                _, which, task = long.pop(victim)
                told.append(which)
                task.cancel()
        await asyncio.sleep(0)
    while long:
        _, which, task = long.pop(random(len(long)))
        told.append(which)
        task.cancel()
    for which, task in short:
        await task
    for _ in range(3):
        await asyncio.sleep(0)
    emit("told", told)
    emit("heard", heard)
    emit("short", [which for which, _ in short])
    emit("woke", sorted(woke))


asyncio.run(main())
