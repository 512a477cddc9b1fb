# After peer/join, in place of streams/loopback on a board that cannot talk to itself: the host
# takes each connection to one of `ports` and makes one to the same port of the board's.
try:
    from time import ticks_us
except ImportError:  # CPython, the control

    def ticks_us():
        import time

        return time.monotonic_ns() // 1000


HERE = params["here"]
_turn = 0


async def serve(callback, **options):
    """A server at a port that the host mirrors, and that port."""
    global _turn
    for _ in params["ports"]:
        port = params["ports"][_turn % len(params["ports"])]
        _turn += 1
        try:
            return await asyncio.start_server(callback, HERE, port, **options), port
        except OSError as error:
            refused = error
    raise refused


def closed(port):
    return params["closed"]


def connect(port):
    """What the host meets at that port, as a client that asks no asyncio."""
    import socket

    asked = socket.socket()
    asked.connect(socket.getaddrinfo(HOST, PORT)[0][-1])
    asked.send(b"%d\n" % port)
    answer = asked.recv(16).decode()
    asked.close()
    return answer


async def turns(count):
    for _ in range(count):
        await asyncio.sleep(0)
