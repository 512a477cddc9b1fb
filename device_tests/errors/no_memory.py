# A task runs out of memory, or of stack: the others, and their waits, come to their ends.
import asyncio
import gc


async def greedy():
    held = None
    try:
        if params["what"] == "stack":
            deeper(0)
        size = 1 << 16
        while size:
            try:
                while True:
                    held = (held, bytearray(size))
            except MemoryError:
                size >>= 1 if size > 64 else 8
                if size < 32:
                    raise
    finally:
        held = None
        gc.collect()


def deeper(number):
    return deeper(number + 1) + 1


async def worker(number):
    await event.wait()
    await pause(2)
    ended.append(number)


async def main():
    global event
    event = asyncio.Event()
    tasks = [asyncio.create_task(worker(number)) for number in range(3)]
    failing = asyncio.create_task(greedy())
    await asyncio.sleep(0)
    try:
        await failing
        emit("failed", "nothing")
    except (MemoryError, RuntimeError) as error:
        emit("failed", "memory" if isinstance(error, MemoryError) else "stack")
    event.set()
    for task in tasks:
        await task
    emit("ended", ended)


ended = []
asyncio.run(main())
