# sleep.two-are-not-mixed-up: A sleep called while another waits to be awaited is refused or independent; none is shortened. (MicroPython library reference: async …
# Expected: run.ms_between('before', 'after') >= 9
# Seen: diverges: 0.084
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
def seconds(ms): return ms / 1000

# A sleep that is called, and awaited only after another was called.
import asyncio


async def main():
    emit("before")
    first = asyncio.sleep(seconds(10))
    try:
        second = asyncio.sleep(0)
    except Exception as error:
        emit("second", type(error).__name__)
        second = None
    await first
    emit("after")
    if second:
        await second
    await asyncio.sleep(0)
    emit("goes_on")


asyncio.run(main())
# It printed there: before
# after
# goes_on
