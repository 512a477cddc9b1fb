# Many sleepers; two of three are cancelled, in a scrambled order, and the others sleep on.
import asyncio

woke = []
cancelled = []


async def sleeper(number, ms):
    try:
        await pause(ms)
        woke.append(number)
    except asyncio.CancelledError:
        cancelled.append(number)
        raise


async def main():
    count = params["tasks"]
    tasks = []
    for number in range(count):
        # Those that are to be cancelled would sleep for longer than the board may take.
        ms = (5000 if number % 3 else 3) + number * 7 % 5
        tasks.append(asyncio.create_task(sleeper(number, ms)))
    await asyncio.sleep(0)
    told = [n * params["step"] % count for n in range(count) if n * params["step"] % count % 3]
    for number in told:
        tasks[number].cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    emit("told", told)
    emit("cancelled", list(cancelled))
    for number in range(0, count, 3):
        await tasks[number]
    emit("woke", sorted(woke))
    emit("cancelled_at_the_end", len(cancelled))


asyncio.run(main())
