# Many tasks want the lock; each holds it over some turns.
import asyncio


async def work(number, lock):
    global inside, most
    await lock.acquire()
    inside += 1
    most = max(most, inside)
    order.append(number)
    for _ in range(number % 3):
        await asyncio.sleep(0)
    states.append(lock.locked())
    inside -= 1
    lock.release()


inside = most = 0
order, states = [], []


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.create_task(work(number, lock)) for number in range(params["tasks"])]
    for _ in range(4):
        await asyncio.sleep(0)
    emit("waiting", order)
    lock.release()
    for task in tasks:
        await task
    emit("order", order)
    emit("most", most)
    emit("states", states)
    emit("after", lock.locked())


asyncio.run(main())
