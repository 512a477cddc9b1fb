# More rounds of the loop than a counter of sixteen bits can count.
import asyncio

# what asyncio.sleep does with seconds is a tenth of what a turn costs, and none of the loop
turn = getattr(asyncio, "sleep_ms", asyncio.sleep)


async def main():
    for number in range(params["rounds"]):
        await turn(0)
        rounds[0] = number + 1
    return "over"


rounds = [0]
emit("ended", asyncio.run(main()))
emit("rounds", rounds[0])
