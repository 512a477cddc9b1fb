# More rounds of the loop than a counter of sixteen bits can count.
import asyncio


async def main():
    for number in range(params["rounds"]):
        await asyncio.sleep(0)
        rounds[0] = number + 1
    return "over"


rounds = [0]
emit("ended", asyncio.run(main()))
emit("rounds", rounds[0])
