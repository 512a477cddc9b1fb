# The host answers every ENQ with one byte: by the loop's stream and by the board's own poll in
# turn, so that the wire and the host take the same from both.
import sys

ENQ = "\x05"
wire = getattr(sys.stdin, "buffer", sys.stdin)


over = False


async def turn(began):
    # A loop that starves the stream must not do so for ever.
    while not over and ticks_diff(ticks_us(), began) < params["ready_ms"] * 1000:
        await sleep_ms(0)


async def main():
    global over
    began = ticks_us()
    ready = [asyncio.create_task(turn(began)) for _ in range(params["ready"])]
    pacer = asyncio.create_task(pace(params["timer_ms"]))
    reader = asyncio.StreamReader(wire)
    poller = select.poll()
    poller.register(wire, select.POLLIN)
    poller.poll(0)
    looped, own, got = [], [], []
    for _ in range(params["count"]):
        start = ticks_us()
        sys.stdout.write(ENQ)
        got.append(await reader.read(1))
        looped.append(ticks_diff(ticks_us(), start))
        start = ticks_us()
        sys.stdout.write(ENQ)
        polled = poller.poll(5000)
        got.append(wire.read(1) if polled else b"")
        own.append(ticks_diff(ticks_us(), start))
    emit("got", got)
    emit("looped", looped)
    emit("own", own)
    over = True
    for task in ready:
        await task
    pacer.cancel()
    await emit_turn()


asyncio.run(main())
