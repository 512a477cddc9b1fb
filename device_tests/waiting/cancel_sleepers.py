# Sleepers of many lengths, some of which end while others sleep on. Then some of those are
# cancelled, wherever they stand in the loop's queue.
import asyncio


async def sleep(number, ms):
    try:
        await pause(ms)
        outcomes[number] = "woken"
    except asyncio.CancelledError:
        outcomes[number] = "cancelled"


outcomes = {}


async def main():
    count = params["tasks"]
    random = params["seed"]
    short, long = [], []
    for number in range(count):
        random = (random * 1021 + 4421) % 65536
        if random >> 3 & 1:
            short.append(asyncio.create_task(sleep(-1 - number, random >> 5 & 3)))
        long.append(asyncio.create_task(sleep(number, 10 + (random >> 7) % 12)))
    for task in short:
        await task
    said = []
    for number in range(count):
        random = (random * 1021 + 4421) % 65536
        # One that has woken by now, on a slow board, says that it cannot be cancelled.
        said.append(long[number].cancel() if random >> 4 & params["every"] == 0 else None)
        if random >> 9 & 3 == 0:
            await asyncio.sleep(0)
    for task in long:
        await task
    emit("said", said)
    emit("outcomes", [outcomes[number] for number in range(count)])
    emit("short", len(short))


asyncio.run(main())
