# Days on a clock that passes only while the loop waits: periodic tasks, each of whose wakes has its
# exact instant.
import asyncio
import time

wrong = []
counts = []
over = [0]


async def periodic(number, ms, times):
    due = now
    for count in range(times):
        await asyncio.sleep_ms(ms)
        due = time.ticks_add(due, ms)
        late = time.ticks_diff(now, due)
        if late and len(wrong) < 20:
            wrong.append((number, count, late))
    counts.append((number, times))


async def timing_out(number, ms, times):
    due = now
    event = asyncio.Event()
    for count in range(times):
        try:
            await asyncio.wait_for_ms(event.wait(), ms)
        except asyncio.TimeoutError:
            pass
        due = time.ticks_add(due, ms)
        late = time.ticks_diff(now, due)
        if late and len(wrong) < 20:
            wrong.append((number, count, late))
    counts.append((number, times))


async def main():
    work = timing_out if params["how"] == "timeouts" else periodic
    tasks = [
        asyncio.create_task(work(number, ms, params["span_ms"] // ms))
        for number, ms in enumerate(params["periods_ms"])
    ]
    for task in tasks:
        await task


asyncio.run(main())
emit("wrong", wrong)
emit("counts", sorted(counts))
