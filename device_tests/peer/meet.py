# Do board and host reach each other? With plain sockets: asyncio is not in question here.
import socket


def meet():
    stage = "listen"
    try:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(socket.getaddrinfo("0.0.0.0", params["near"])[0][-1])
        listener.listen(1)
        listener.settimeout(params["s"])
        stage = "connect"
        there = socket.socket()
        there.settimeout(params["s"])
        there.connect(socket.getaddrinfo(HOST, PORT)[0][-1])
        there.send(b"%d\n" % params["near"])
        stage = "accept"
        listener.accept()[0].close()
        there.close()
        listener.close()
        emit("met")
    except OSError as error:
        emit("not-met", stage, error.args[0] if error.args else 0)


meet()
