# What is waited for has a timeout of its own, and lets its TimeoutError through.
import asyncio

raised = asyncio.TimeoutError("its own")


async def work(turns):
    for _ in range(turns):
        await asyncio.sleep(0)
    raise raised


async def main():
    for turns in (0, 3):
        try:
            await asyncio.wait_for(work(turns), 60)
            emit("returned")
        except asyncio.TimeoutError as error:
            emit("raised", error is raised)


asyncio.run(main())
