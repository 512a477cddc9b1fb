# A network of our own: the first connection is gone before the server accepts it.
import sys


class Connection(Memory):
    def setblocking(self, flag):
        pass


class Listener(Connection):
    accepts = 0

    def setsockopt(self, *args):
        pass

    bind = listen = setsockopt

    def accept(self):
        self.accepts += 1
        if self.accepts < 3:
            raise OSError(103)
        self.chunks = []
        return Connection(b"line\n"), ("peer", 1)


class Network:
    SOL_SOCKET = SO_REUSEADDR = 1

    def getaddrinfo(self, *args):
        return [(2, 1, 0, "", ("host", 1))]

    def socket(self, *args):
        return listener


listener = Listener(room=0)


async def serve_one(reader, writer):
    emit("called", await reader.readline())


async def main():
    sys.modules["socket"] = Network()
    loop = asyncio.get_event_loop()
    loop.set_exception_handler(lambda loop, context: emit("unretrieved"))
    server = await asyncio.start_server(serve_one, "host", 1)
    await turns(3)
    listener.chunks = [b"a connection"]
    await turns(12)
    emit("accepts", listener.accepts)
    server.close()
    await server.wait_closed()
    emit("closed", listener.closed)


asyncio.run(main())
