# asyncio.run straight after import, and once more when the loop is there already.
import asyncio

log = []


async def main(number):
    log.append(("starts", number))
    await pause(1)
    log.append(("ends", number))


for number in range(params["times"]):
    coroutine = main(number)
    log.append(("run", number))
    asyncio.run(coroutine)
    log.append(("ran", number))
emit("log", log)
