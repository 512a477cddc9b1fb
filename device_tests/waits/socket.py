# A thread sends a byte over the board's own network stack while the port's poll, or the loop,
# waits.
import _thread
import socket
import time

listener = socket.socket()
port = 20000 + ticks_us() % 10000
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
server.setblocking(False)
sent_at = 0


def send():
    global sent_at
    time.sleep_ms(params["ms"])
    sent_at = ticks_us()
    client.send(b"a")


def own():
    poller = select.poll()
    poller.register(server, select.POLLIN)
    _thread.start_new_thread(send, ())
    poller.poll(5000)
    took = ticks_diff(ticks_us(), sent_at)
    server.recv(1)
    return took


async def main():
    reader = asyncio.StreamReader(server)
    pacer = asyncio.create_task(pace(params["timer_ms"]))
    polled, task = [], []
    for _ in range(params["times"]):
        polled.append(own())
        _thread.start_new_thread(send, ())
        await reader.read(1)
        task.append(ticks_diff(ticks_us(), sent_at))
    pacer.cancel()
    emit("late", "polling", polled)
    emit("late", "task", task)


asyncio.run(main())
for each in (client, server, listener):
    each.close()
