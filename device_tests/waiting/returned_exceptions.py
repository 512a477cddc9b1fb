# A coroutine may return an exception, as a value like any other.
import asyncio

value = ValueError("returned")


async def work(turns):
    for _ in range(turns):
        await asyncio.sleep(0)
    return value


async def attempt(name, awaitable):
    try:
        result = await awaitable
    except Exception as error:
        emit("raised", name, repr(error))
        return
    results = result if type(result) is list else [result]
    emit("returned", name, [each is value for each in results])


async def main():
    await attempt("await", asyncio.create_task(work(2)))
    for turns in (0, 2):
        await attempt("wait_for", asyncio.wait_for(work(turns), 60))
        await attempt("gather", asyncio.gather(work(turns), work(0)))


asyncio.run(main())
