# Put in front of device tests that talk to themselves over the board's own network stack.
import asyncio

try:
    from time import ticks_us
except ImportError:  # CPython, the control

    def ticks_us():
        import time

        return time.monotonic_ns() // 1000


HOST = HERE = "127.0.0.1"  # where clients connect to, and where servers are


async def serve(callback, **options):
    """A server on a port that nobody has, and that port."""
    port = 20000 + ticks_us() % 10000
    for _ in range(40):
        try:
            return await asyncio.start_server(callback, HERE, port, **options), port
        except OSError as error:
            refused = error
            port += 7
    raise refused


def closed(port):
    """A port at HOST where nobody listens, now that the server at this one was closed."""
    return port


def connect(port):
    """What a client that asks no asyncio meets at that port."""
    import socket

    client = socket.socket()
    try:
        client.connect(socket.getaddrinfo(HOST, port)[0][-1])
        return "connected"
    except OSError:
        return "refused"
    finally:
        client.close()


async def turns(count):
    for _ in range(count):
        await asyncio.sleep(0)


async def finish(writer):
    writer.close()
    await writer.wait_closed()
