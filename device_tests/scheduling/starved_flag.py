# Tasks that are always ready, beside one that waits for a flag that is set meanwhile.
import asyncio

flag = asyncio.ThreadSafeFlag()
count = 0
rounds = 0


async def spinner():
    global rounds
    while count < params["times"] and rounds < params["limit"]:
        rounds += 1
        flag.set()
        await asyncio.sleep(0)


async def waiter():
    global count
    while count < params["times"]:
        await flag.wait()
        count += 1


async def main():
    task = asyncio.create_task(waiter())
    spinners = [asyncio.create_task(spinner()) for _ in range(2)]
    for one in spinners:
        await one
    emit("count", count)
    emit("rounds", rounds)
    task.cancel()


asyncio.run(main())
