# Finished tasks, running ones, coroutines that never wait, none at all, and a gather in a gather.
import asyncio


def plain(value):
    """What a broken gather returns may be anything; events hold plain values only."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, (int, str, tuple)) else type(value).__name__


async def work(value, turns, exception=None):
    tasks.append(asyncio.current_task())
    for _ in range(turns):
        await asyncio.sleep(0)
    return value


tasks = []


async def main():
    awaited = asyncio.create_task(work("awaited", 1))
    finished = asyncio.create_task(work("finished", 0))
    running = asyncio.create_task(work("running", 8))
    await awaited
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    emit("done", [awaited.done(), finished.done(), running.done()])
    del tasks[:]
    emit(
        "mixed",
        plain(
            await asyncio.gather(
                work("slow", 4), awaited, finished, running, work("quick", 0), work(None, 1)
            )
        ),
    )
    emit("await-after", await running, await finished, running.done())
    mine = asyncio.current_task()
    emit("own-tasks", len(tasks), len({id(task) for task in tasks + [mine]}))
    emit("empty", plain(await asyncio.gather()))
    emit("all-finished", plain(await asyncio.gather(finished, awaited)))
    emit("one", plain(await asyncio.gather(work("only", 2))))

    async def part(*values):
        return await asyncio.gather(*[work(value, 1) for value in values])

    emit("nested", plain(await asyncio.gather(part(1, 2), work(3, 0), part(4))))


asyncio.run(main())
