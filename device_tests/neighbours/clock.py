# Somebody sets the calendar while tasks sleep. The host times it: the sleep begins after it said
# so, and its end is told after it.
import asyncio
import sys

from machine import RTC

rtc = RTC()
log = []


async def later():
    # By two minutes, as who asks the network for the time does, and by years.
    await asyncio.sleep_ms(params["ms"] // 4)
    now = rtc.datetime()
    rtc.datetime(now[:5] + ((now[5] + params["minutes"]) % 60, now[6], 0))
    now = rtc.datetime()
    year = now[0] + params["years"]
    rtc.datetime((year, now[1], min(now[2], 28), 0, now[4], now[5], now[6], 0))
    log.append(rtc.datetime()[0] - now[0])


async def wait():
    if params["wait"] == "sleep":
        await asyncio.sleep_ms(params["ms"])
        return "slept"
    try:
        await asyncio.wait_for_ms(asyncio.Event().wait(), params["ms"])
    except asyncio.TimeoutError:
        return "timeout"


async def main():
    task = asyncio.create_task(later())
    got = await wait()
    await task
    return got


before = rtc.datetime()
sys.stdout.write("\x05")
sys.stdin.read(1)  # the host says: now
got = asyncio.run(main())
sys.stdout.write("\x05")
sys.stdin.read(1)  # the host has heard of the end
emit("got", got, log)
rtc.datetime(before)
