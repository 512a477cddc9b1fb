# A thread connects to the board's own server in the midst of a long wait: when is it served?
import _thread
import socket
import time

connects_at = 0
client = None


def knock():
    global client, connects_at
    client = socket.socket()
    time.sleep_ms(params["ms"])
    connects_at = ticks_us()
    client.connect(address)


async def served(reader, writer):
    late.append(ticks_diff(ticks_us(), connects_at))
    writer.close()
    await writer.wait_closed()
    over.set()


async def main():
    global over, address
    over = asyncio.Event()
    server, port = await serve(served)
    address = socket.getaddrinfo(HOST, port)[0][-1]
    pacer = asyncio.create_task(pace(params["timer_ms"]))
    for _ in range(params["times"]):
        over.clear()
        _thread.start_new_thread(knock, ())
        await over.wait()
        client.close()
    pacer.cancel()
    server.close()
    await server.wait_closed()
    emit("late", late)


late = []
asyncio.run(main())
