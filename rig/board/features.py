"""What a claim may need of a board beyond asyncio, and how the board is asked for it.

Each is Python that raises on a board without the feature. asyncio's own documented names are
not features: a port without them diverges.
"""

FEATURES: dict[str, str] = {
    "socket": "import socket\ns=socket.socket();s.close()",
    "socket.loopback": (
        "import socket\n"
        "s=socket.socket();s.bind(socket.getaddrinfo('127.0.0.1',0)[0][-1]);s.listen(1);s.close()"
    ),
    "_thread": "import _thread",
    "micropython.schedule": "import micropython\nmicropython.schedule",
    "micropython.heap_lock": "import micropython\nmicropython.heap_lock\nmicropython.heap_unlock",
    "gc.mem_alloc": "import gc\ngc.mem_alloc()",
    "machine.Timer": "import machine\nmachine.Timer",
    "machine.RTC": "import machine\nmachine.RTC().datetime()",
    "machine.UART": "import machine\nmachine.UART",
    "machine.lightsleep": "import machine\nmachine.lightsleep",
    "io.IOBase": "import io\nio.IOBase",
    "select.poll": "import select\nselect.poll()",
    "asyncio.core": "from asyncio import core\ncore.ticks,core._task_queue,core._io_queue",
    "deflate": "import deflate\ndeflate.DeflateIO",
    "binascii.crc32": "import binascii\nbinascii.crc32(b'')",
    "ssl.SSLContext": "import ssl\nssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)",
    "float": "if 1/2==0:raise ValueError",
}
