# Put in front of device tests that talk to themselves over the board's own network stack.
import asyncio

try:
    from time import ticks_us
except ImportError:  # CPython, the control

    def ticks_us():
        import time

        return time.monotonic_ns() // 1000


HOST = "127.0.0.1"


async def serve(callback, **options):
    """A server on a port that nobody has, and that port."""
    port = 20000 + ticks_us() % 10000
    for _ in range(40):
        try:
            return await asyncio.start_server(callback, HOST, port, **options), port
        except OSError as error:
            refused = error
            port += 7
    raise refused


async def turns(count):
    for _ in range(count):
        await asyncio.sleep(0)


async def finish(writer):
    writer.close()
    await writer.wait_closed()
