# A task reads a connection over which nothing comes.
import asyncio
import socket


def connected():
    listener = socket.socket()
    port = 20000 + now_us() % 10000
    while True:
        try:
            listener.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
            break
        except OSError:
            port += 7
    listener.listen(1)
    client = socket.socket()
    client.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
    server, _ = listener.accept()
    listener.close()
    server.setblocking(False)
    return client, server


async def main():
    reader = asyncio.StreamReader(pair[1])
    begin()
    try:
        await asyncio.wait_for_ms(reader.read(1), params["window_ms"])
    except asyncio.TimeoutError:
        pass
    done()
    note("time-out wakes the task")


pair = connected()
frame(lambda: asyncio.run(main()))
for end in pair:
    end.close()
