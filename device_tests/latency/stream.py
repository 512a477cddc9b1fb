# The host answers every ENQ with one byte: by the loop's stream and by the board's own poll in
# turn, so that the wire and the host take the same from both.
import sys

ENQ = "\x05"
wire = getattr(sys.stdin, "buffer", sys.stdin)


over = False
turns = 0
waiting = False
came_at = None


async def turn(number, began, poller):
    # Always ready; the first notes the turn at which a byte can be read. A loop that starves
    # the stream must not do so for ever.
    global turns, came_at
    while not over and ticks_diff(ticks_us(), began) < params["ready_ms"] * 1000:
        await sleep_ms(0)
        turns += 1
        if number == 0 and waiting and came_at is None and poller.poll(0):
            came_at = turns


async def main():
    global over, waiting, came_at
    reader = asyncio.StreamReader(wire)
    poller = select.poll()
    poller.register(wire, select.POLLIN)
    poller.poll(0)
    began = ticks_us()
    ready = [asyncio.create_task(turn(n, began, poller)) for n in range(params["ready"])]
    pacer = asyncio.create_task(pace(params["timer_ms"]))
    looped, own, got, gaps = [], [], [], []
    for _ in range(params["count"]):
        came_at, waiting = None, True
        start = ticks_us()
        sys.stdout.write(ENQ)
        got.append(await reader.read(1))
        looped.append(ticks_diff(ticks_us(), start))
        gaps.append(0 if came_at is None else turns - came_at)
        waiting = False
        start = ticks_us()
        sys.stdout.write(ENQ)
        polled = poller.poll(5000)
        got.append(wire.read(1) if polled else b"")
        own.append(ticks_diff(ticks_us(), start))
    emit("got", got)
    emit("looped", looped)
    emit("own", own)
    emit("gaps", gaps)
    over = True
    for task in ready:
        await task
    pacer.cancel()
    await emit_turn()


asyncio.run(main())
