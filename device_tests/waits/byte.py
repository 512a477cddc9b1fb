# The host answers every ENQ with one byte. It is awaited by looking without end, which needs
# nobody to wake the board; by the port's own poll; and by a task. The first is what the wire and
# the host take.
import sys

ENQ = "\x05"
wire = getattr(sys.stdin, "buffer", sys.stdin)
poller = select.poll()
poller.register(wire, select.POLLIN)


def looking():
    while not poller.poll(0):
        pass


def polling():
    poller.poll(5000)


def round_trip(wait):
    start = ticks_us()
    sys.stdout.write(ENQ)
    wait()
    took = ticks_diff(ticks_us(), start)
    got.append(wire.read(1))
    return took


async def main():
    reader = asyncio.StreamReader(wire)
    took = {"looking": [], "polling": [], "task": []}
    pacer = asyncio.create_task(pace(params["timer_ms"]))
    tasks = quiet(params["beside"])
    await sleep_ms(0)
    for _ in range(params["times"]):
        took["looking"].append(round_trip(looking))
        took["polling"].append(round_trip(polling))
        start = ticks_us()
        sys.stdout.write(ENQ)
        got.append(await reader.read(1))
        took["task"].append(ticks_diff(ticks_us(), start))
    pacer.cancel()
    for task in tasks:
        task.cancel()
    emit("got", b"".join(got))
    for name in took:
        emit("took", name, took[name])


got = []
asyncio.run(main())
