# In front of MicroPython's own network tests: the host stands for each server that they name, by
# the port that they ask for.
import socket as _socket
import sys


class Hosts:
    def __getattr__(self, name):
        return getattr(_socket, name)

    def getaddrinfo(self, host, port, *more):
        own = host in (None, "", "localhost") or host.startswith(("127.", "0."))
        near = None if own else params["servers"].get(port)
        if near:
            host, port = HOST, near
        return _socket.getaddrinfo(host, port, *more)


sys.modules["socket"] = Hosts()
