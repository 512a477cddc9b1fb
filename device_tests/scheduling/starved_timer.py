# Tasks that are always ready, beside one that sleeps again and again. It must get through.
import asyncio

done = False
rounds = 0


async def spinner():
    global rounds
    while not done and rounds < params["limit"]:
        rounds += 1
        await asyncio.sleep(0)


async def sleeper():
    global done
    for _ in range(params["sleeps"]):
        await pause(1)
    done = True


async def main():
    tasks = [asyncio.create_task(spinner()) for _ in range(3)]
    tasks.append(asyncio.create_task(sleeper()))
    for task in tasks[:3]:
        await task
    emit("through", done)
    done or tasks[3].cancel()


asyncio.run(main())
