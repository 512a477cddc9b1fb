# How long each sleep takes on the loop's clock, in milliseconds.
import asyncio
import time


async def main():
    for unit, amount in params["sleeps"]:
        before = now
        await (asyncio.sleep(amount) if unit == "s" else asyncio.sleep_ms(amount))
        emit("slept", time.ticks_diff(now, before))


asyncio.run(main())
