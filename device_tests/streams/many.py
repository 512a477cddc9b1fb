# Dozens of streams are waited for at the same time, each by a task of its own.
import gc

room = gc.mem_free() // 1500 if hasattr(gc, "mem_free") else params["streams"]
count = min(params["streams"], room)
got = []


async def work(number, memory):
    got.append((number, await asyncio.StreamReader(memory).read(9)))


async def main():
    emit("count", count)
    memories = [Memory() for _ in range(count)]
    for number, memory in enumerate(memories):
        asyncio.create_task(work(number, memory))
    await turns(2)
    emit("waits", got)
    for number, memory in enumerate(memories):
        memory.chunks.append(b"for %d" % number)
    for _ in range(3 * count):
        await turns(1)
        if len(got) == count:
            break
    emit("got", sorted(got))


asyncio.run(main())
