# Put in front of device tests whose other end is the host, at HOST: joins the network that the
# bench gives the board. A wired board, a virtual one and one that did in boot.py have none to join.
import asyncio

HOST, PORT = params["host"], params["port"]


class NotJoined(Exception):
    pass


def join(ssid, key, static, ms):
    import time

    import network

    wlan = network.WLAN(network.STA_IF)
    wlan.active(True)
    if static:
        wlan.ifconfig(static)
    try:
        there = wlan.isconnected() and wlan.config("ssid") == ssid
    except (ValueError, OSError):  # it does not say which network it has joined
        there = False
    if not there:
        if wlan.isconnected():
            wlan.disconnect()
        wlan.connect(ssid, key) if key else wlan.connect(ssid)
    began = time.ticks_ms()
    while not wlan.isconnected():
        if time.ticks_diff(time.ticks_ms(), began) > ms:
            emit("not-joined", wlan.status())
            raise NotJoined
        time.sleep_ms(20)


if params["wlan"]:
    try:
        join(*params["wlan"])
    except NotJoined:
        raise
    except Exception as error:
        emit("not-joined", type(error).__name__ + " " + str(error))
        raise NotJoined


async def finish(writer):
    writer.close()
    await writer.wait_closed()


async def serve(callback, **options):
    # A server at the board's own end, and its port.
    port = params["near"]
    for _ in range(40):
        try:
            return await asyncio.start_server(callback, "0.0.0.0", port, **options), port
        except OSError as error:
            refused = error
            port += 7
    raise refused


async def tell(port):
    # The host is told where the board listens; it says when it is done.
    reader, writer = await asyncio.open_connection(HOST, PORT)
    writer.write(b"%d\n" % port)
    await writer.drain()
    await reader.read()
    await finish(writer)
