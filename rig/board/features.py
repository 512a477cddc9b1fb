"""What a claim may need of a board beyond asyncio, and how the board is asked for it.

Each is Python that raises on a board without the feature. asyncio's own documented names are
not features: a port without them diverges.
"""

FEATURES: dict[str, str] = {
    "socket": "import socket\ns=socket.socket();s.close()",
    "socket.loopback": (
        # Some stacks bind to 127.0.0.1 and listen there, though nothing ever arrives: lwIP without
        # LWIP_HAVE_LOOPIF, as on the RP2 (lib/lwip/src/include/lwip/opt.h).
        "import socket\n"
        "for p in range(20011,20500,61):\n"
        " s=socket.socket();c=socket.socket()\n"
        " try:\n"
        "  s.bind(socket.getaddrinfo('127.0.0.1',p)[0][-1]);s.listen(1);c.settimeout(2)\n"
        "  c.connect(socket.getaddrinfo('127.0.0.1',p)[0][-1]);break\n"
        " except OSError as e:x=e\n"
        " finally:s.close();c.close()\n"
        "else:raise x"
    ),
    "_thread": "import _thread",
    "micropython.schedule": "import micropython\nmicropython.schedule",
    "micropython.heap_lock": "import micropython\nmicropython.heap_lock\nmicropython.heap_unlock",
    "micropython.kbd_intr": "import micropython\nmicropython.kbd_intr",
    "gc.mem_alloc": "import gc\ngc.mem_alloc()",
    "machine.Timer": "import machine\nmachine.Timer",
    "machine.RTC": "import machine\nmachine.RTC().datetime()",
    "machine.UART": "import machine\nmachine.UART",
    "machine.Pin": "import machine\nmachine.Pin",
    "machine.PWM": "import machine\nmachine.PWM",
    "machine.lightsleep": "import machine\nmachine.lightsleep",
    "io.IOBase": "import io\nio.IOBase",
    "select.poll": "import select\nselect.poll()",
    "asyncio.core": "from asyncio import core\ncore.ticks,core._task_queue,core._io_queue",
    "deflate": "import deflate\ndeflate.DeflateIO",
    "binascii.crc32": "import binascii\nbinascii.crc32(b'')",
    "ssl.SSLContext": "import ssl\nssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)",
    "float": "if 1/2==0:raise ValueError",
}

GIVEN: dict[str, str] = {
    "network.peer": "board and host have met on a network (rig/net/meeting.py)",
    "network.self": "the board can talk to itself: over its loopback, or by way of the host",
    "wire.pins": "a wire from one of its pins to another ([board.NAME.wires])",
    "wire.uart": "a wire from a UART's TX to its own RX",
}
"""What a board has by what the bench gives it, which it cannot be asked for."""
KNOWN = (*FEATURES, *GIVEN)
