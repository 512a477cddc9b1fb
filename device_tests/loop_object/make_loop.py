# Loop(): there is one loop, and this must not give another that works.
import asyncio

log = []


async def worker():
    log.append("ran")


coroutine = worker()
try:
    loop = asyncio.Loop()
    loop.create_task(coroutine)
    loop.run_until_complete(coroutine)
    emit("made", "works")
except (TypeError, AttributeError, NotImplementedError, RuntimeError) as error:
    emit("made", type(error).__name__)
emit("log", log)
