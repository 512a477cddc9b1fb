# The port's own waits, without asyncio: poll of nothing and sleep_ms, of several lengths.
import time

waits = {"poll": _poller.poll, "sleep_ms": time.sleep_ms}
wait = waits[params["wait"]]
zero = []
for _ in range(20):
    start = ticks_us()
    wait(0)
    zero.append(ticks_diff(ticks_us(), start))
emit("took", 0, zero)
for ms, times in params["waits"]:
    took = []
    for _ in range(times):
        start = ticks_us()
        wait(ms)
        took.append(ticks_diff(ticks_us(), start))
    emit("took", ms, took)
