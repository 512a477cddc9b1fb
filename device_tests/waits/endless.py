# The loop waits for the console alone, with no timer at all, until the host sends a byte; a
# callback of the firmware comes in the midst of that.
import sys

PATIENCE = 500


async def main():
    reader = asyncio.StreamReader(getattr(sys.stdin, "buffer", sys.stdin))
    took = []
    for _ in range(params["times"]):
        after(params["ms"], note)
        sys.stdout.write("\x05")
        await reader.read(1)
        for _ in range(PATIENCE):  # it runs by the next wait at the latest
            if ran:
                break
            time.sleep_ms(1)
        took.append(late())
    emit("late", took)


emit("source", source)
if source != "none":
    asyncio.run(main())
