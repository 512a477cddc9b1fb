# The same bytes to the console by the port's own write and by a stream: what does each take?
import sys

PIECE = "x" * 64 + "\n"


async def main():
    await emit_turn()
    writer = asyncio.StreamWriter(getattr(sys.stdout, "buffer", sys.stdout), {})
    own, stream = [], []
    for _ in range(params["times"]):
        start = ticks_us()
        sys.stdout.write(PIECE)
        own.append(ticks_diff(ticks_us(), start))
        start = ticks_us()
        writer.write(PIECE.encode())
        await writer.drain()
        stream.append(ticks_diff(ticks_us(), start))
    emit("own", own)
    emit("stream", stream)


asyncio.run(main())
