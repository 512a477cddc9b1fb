# Streams that Python would call empty, and equal to one another.
class Odd(Memory):
    def __len__(self):
        return 0

    def __bool__(self):
        return False

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1


async def work(number, memory):
    emit("got", number, await asyncio.StreamReader(memory).read(9))


async def main():
    memories = [Odd() for _ in range(2)]
    tasks = [asyncio.create_task(work(*pair)) for pair in enumerate(memories)]
    await turns(2)
    for number in (1, 0):
        memories[number].chunks.append(b"for %d" % number)
        await turns(3)
    emit("done", [task.done() for task in tasks])
    memory = Odd(limit=2)
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b"abc")
    await stream.drain()
    emit("written", memory.written())
    # And after a cancellation the next reader can wait.
    memory = Odd()
    task = asyncio.create_task(work("cancelled", memory))
    await turns(2)
    task.cancel()
    await turns(2)
    task = asyncio.create_task(work("next", memory))
    await turns(2)
    memory.chunks.append(b"late")
    await turns(3)
    emit("next", task.done())


asyncio.run(main())
