# A task that is never done, beside a main that ends after its turns.
import asyncio

log = []


class Stop(Exception):
    pass


async def other():
    while True:
        log.append("other")
        await asyncio.sleep(0)


async def main():
    asyncio.create_task(other())
    for _ in range(params["turns"]):
        await asyncio.sleep(0)
        log.append("main")
    if params["raises"]:
        raise Stop
    return "value"


try:
    emit("ended", "returned", asyncio.run(main()))
except Stop:
    emit("ended", "raised", "Stop")
emit("log", log)
