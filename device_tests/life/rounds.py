# Rounds of the loop, as many as were asked for, or past the last power of two that the board has
# time for: a count of them that comes to its end does so there.
import asyncio

# what asyncio.sleep does with seconds is a tenth of what a turn costs, and none of the loop
turn = getattr(asyncio, "sleep_ms", asyncio.sleep)
PAST = 16


async def main():
    global reached
    past = 512 + PAST
    while True:
        start = ticks_us()
        while reached < past:
            await turn(0)
            reached += 1
        # the next stretch is twice as long
        if past == params["rounds"] or 2 * ticks_diff(ticks_us(), start) > params["enough_us"]:
            return "over"
        past = min(2 * past - PAST, params["rounds"])


reached = 0
emit("ended", asyncio.run(main()))
emit("rounds", reached)
