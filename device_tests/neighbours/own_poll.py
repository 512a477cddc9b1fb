# A poll object of the program's own watches a stream on which a task waits. It looks, changes what
# it asks for, forgets the stream: the task is woken all the same. And the other way round: what the
# loop does with the stream, wait, be woken, be cancelled, takes nothing from the program's own.
import io
import sys


class Device(io.IOBase):
    data, full = b"", False

    def ioctl(self, request, flags):
        if request != 3:  # MP_STREAM_POLL
            return 0 if request == 4 else -1
        return flags & ((1 if self.data else 0) | (0 if self.full else 4))

    def read(self, size=-1):
        data, self.data = self.data, b""
        return data or None

    def write(self, data):
        return None if self.full else len(data)

    def send(self, data):
        self.data = data

    def close(self):
        pass


def sockets():
    import socket

    listener = socket.socket()
    port = 20000 + ticks_us() % 10000
    while True:
        address = socket.getaddrinfo("127.0.0.1", port)[0][-1]
        try:
            listener.bind(address)
            break
        except OSError:
            port += 7
    listener.listen(1)
    client = socket.socket()
    client.connect(address)
    server, _ = listener.accept()
    listener.close()
    server.setblocking(False)
    return server, client


def console():
    return getattr(sys.stdin, "buffer", sys.stdin), None


def own():
    poller = select.poll()
    poller.register(stream, select.POLLIN)
    return poller


def changes(poller):
    poller.modify(stream, select.POLLOUT)


def forgets(poller):
    poller.unregister(stream)


def comes_and_goes(poller):
    poller.unregister(stream)
    poller.register(stream, select.POLLIN)
    own().unregister(stream)


DOES = {"looks": lambda _: None, "changes": changes, "forgets": forgets, "again": comes_and_goes}


def brings():
    if sender:
        sender.send(b"a")
    else:
        sys.stdout.write("\x05")  # the host answers


async def seen(task):
    for _ in range(params["patience"]):
        if task.done():
            break
        await sleep_ms(2)
    got = "woken" if task.done() else "not woken"
    task.cancel()
    return got


async def woken(does):
    task = asyncio.create_task(reader.read(1))
    await sleep_ms(2)
    poller = own()
    poller.poll(0)
    DOES[does](poller)
    await sleep_ms(2)
    brings()
    got = await seen(task)
    try:
        await task
    except asyncio.CancelledError:
        pass
    if got == "not woken" and own().poll(500):
        stream.read(1)
    return got


async def room(does):
    # The same with a task that waits for room, where the other asks for what comes in.
    device.full = True
    writer.write(b"some")
    task = asyncio.create_task(writer.drain())
    await sleep_ms(2)
    poller = select.poll()
    poller.register(device, select.POLLIN)
    poller.poll(0)
    if does == "changes":
        poller.modify(device, select.POLLIN | select.POLLOUT)
        poller.modify(device, select.POLLIN)
    elif does == "forgets":
        poller.unregister(device)
    await sleep_ms(2)
    device.full = False
    return await seen(task)


async def found(after):
    poller = own()
    task = asyncio.create_task(reader.read(1))
    await sleep_ms(2)
    if after == "wake":
        brings()
        await task
    else:
        task.cancel()
        await sleep_ms(2)
    brings()
    here = poller.poll(2 * params["patience"])
    if here or own().poll(500):
        stream.read(1)
    return "found" if here else "not found"


async def main():
    for does in DOES:
        emit("woken", does, await woken(does))
    for after in ("wake", "cancel"):
        emit("found", after, await found(after))
    if stream is device:
        for does in ("looks", "changes", "forgets"):
            emit("room", does, await room(does))


device = Device()
writer = asyncio.StreamWriter(device, {})
if params["stream"] == "socket":
    stream, sender = sockets()
elif params["stream"] == "device":
    stream = sender = device
else:
    stream, sender = console()
reader = asyncio.StreamReader(stream)
asyncio.run(main())
if sender:
    stream.close()
    sender.close()
