# Which asyncio runs here? Its task queue, and of each of its modules a checksum: of the file where
# it is one; of the names in it where it is frozen, for nothing in the language reads frozen code.
import asyncio
import sys
from asyncio import core

try:
    import _asyncio

    emit("queue", "C" if core.TaskQueue is _asyncio.TaskQueue else "Python")
except ImportError:
    emit("queue", "Python")


def of_file(path):
    check = size = 0
    with open(path, "rb") as file:
        while True:
            piece = file.read(256)
            if not piece:
                return check, size
            size += len(piece)
            check = (check * 31 + _check(piece)) % 0x3FFFFFFF


frozen = str(getattr(asyncio, "__path__", "")).startswith(".frozen")
for name in ("", ".core", ".event", ".funcs", ".lock", ".stream"):
    try:
        __import__("asyncio" + name)
    except ImportError:
        continue
    module = sys.modules["asyncio" + name]
    try:
        if not frozen:
            emit("file", name, *of_file(module.__file__))
            continue
    except (OSError, AttributeError):
        pass
    names = ",".join(sorted(n for n in dir(module) if n[:2] != "__"))
    emit("names", name, _check(names.encode()), len(names))
