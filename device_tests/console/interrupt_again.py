# Ctrl-C meets one program after another, and what is typed behind it is for the next.
import asyncio
import sys


async def waits():
    sys.stdout.write("\x05")
    await asyncio.sleep(3)
    return "not interrupted"


async def reads():
    reader = asyncio.StreamReader(getattr(sys.stdin, "buffer", sys.stdin))
    sys.stdout.write("\x05")
    return await asyncio.wait_for_ms(reader.readline(), 2500)


def one(program):
    try:
        return asyncio.run(program())
    except KeyboardInterrupt:
        return "interrupted"
    except asyncio.TimeoutError:
        return None  # it was lost


for _ in range(params["times"]):
    emit("came", one(waits), one(reads))
