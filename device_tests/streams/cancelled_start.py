# A network of our own: a task that starts a server is cancelled while it does. From then on the
# server must accept nobody.
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
        raise OSError(103)


class Network:
    SOL_SOCKET = SO_REUSEADDR = 1

    def getaddrinfo(self, *args):
        return [(2, 1, 0, "", ("host", 1))]

    def socket(self, *args):
        return listener


listener = Listener(room=0)


async def ignore(reader, writer):
    emit("called")


async def start():
    try:
        await asyncio.start_server(ignore, "host", 1)
        emit("started")
    except asyncio.CancelledError:
        emit("cancelled")


async def main():
    sys.modules["socket"] = Network()
    task = asyncio.create_task(start())
    await asyncio.sleep(0)
    task.cancel()
    await task
    await turns(4)
    listener.chunks = [b"a connection"]
    await turns(6)
    emit("accepts", listener.accepts)
    emit("closed", listener.closed)


asyncio.run(main())
