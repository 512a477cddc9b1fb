# Async iterators that await, one within another, and async with around them.
import asyncio


class Down:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        return self

    async def __anext__(self):
        await asyncio.sleep(0)
        self.n -= 1
        if self.n < 0:
            raise StopAsyncIteration
        return self.n


class Twice(Down):
    async def __anext__(self):
        return 2 * await Down.__anext__(self)


class Of:
    def __init__(self, inner):
        self.inner = inner

    def __aiter__(self):
        return self

    async def __anext__(self):
        got = []
        async for n in Twice(await self.inner.__anext__()):
            got.append(n)
        return got


class Within:
    async def __aenter__(self):
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *error):
        await asyncio.sleep(0)
        emit("left", error[0] is not None)


async def walk(iterator):
    got = []
    async with Within():
        async for n in iterator:
            got.append(n)
    return got


async def cancelled():
    async with Within():
        async for _ in Down(1000):
            pass


async def main():
    emit("got", await asyncio.gather(walk(Twice(3)), walk(Down(2)), walk(Of(Down(3)))))
    task = asyncio.create_task(cancelled())
    for _ in range(5):
        await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        emit("cancelled")


asyncio.run(main())
