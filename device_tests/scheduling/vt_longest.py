# The longest sleep that the loop's clock can measure: nearly half its period.
import asyncio

LONGEST = PERIOD // 2 - 2


async def main():
    before = now
    await asyncio.sleep_ms(LONGEST)
    emit("slept", LONGEST, (now - before) % PERIOD)


asyncio.run(main())
